"""The tables of words: how rows come in, and which rows a query finds. The two databases differ here and nowhere else.

Words have been folded before they come here, and a query is put together from folded words alone: no sign of what
somebody typed means anything to either database.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL

from apps.search.models import TABLES, Kind
from apps.search.words import Query, Term, folded

# A tsvector holds less than a megabyte, places up to this one, and 255 places of a word (PostgreSQL, 8.11 and 12.1.1).
LAST_PLACE = 16_383
MOST_PLACES = 255
MOST_BYTES = 900_000
# What a search may take of the database's time. It is more than any honest one takes beside a million claims.
SECONDS = 5.0


class TookTooLong(Exception):
    """The search was ended: it would have taken the database's time from others."""


@dataclass(frozen=True)
class Document:
    """What is read of one thing: its title, which counts for more, and the rest."""

    subject: int
    head: str
    body: str


def write(kind: Kind, documents: Sequence[Document], subjects: Sequence[int]) -> None:
    """Put these documents in the place of whatever is known of these subjects. The caller has a transaction."""
    table = TABLES[kind]._meta.db_table
    TABLES[kind]._default_manager.filter(pk__in=subjects).delete()
    if not documents:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = [(one.subject, " ".join(_bounded(one.head)), " ".join(_bounded(one.body))) for one in documents]
            cursor.executemany(f"INSERT INTO {table} (rowid, head, body) VALUES (%s, %s, %s)", rows)  # noqa: S608
        else:
            cursor.execute(
                f"INSERT INTO {table} (rowid, words)"  # noqa: S608
                " SELECT number, told::tsvector FROM unnest(%s::bigint[], %s::text[]) AS read (number, told)",
                [[one.subject for one in documents], [_vector(one) for one in documents]],
            )


def _bounded(text: str) -> list[str]:
    """The words that are kept of a text: all of them but of the very longest."""
    known: set[str] = set()
    kept: list[str] = []
    size = 0
    for word in folded(text):
        size += 4 + (0 if word in known else len(word.encode()) + 8)
        if size > MOST_BYTES:
            break
        known.add(word)
        kept.append(word)
    return kept


def _vector(one: Document) -> str:
    """A document as PostgreSQL writes it: each word with its places, those of the title with an A."""
    head = _bounded(one.head)
    placed: dict[str, list[str]] = {}
    # Between title and text a place stays free: no words stand together across it.
    for weight, start, found in (("A", 1, head), ("", len(head) + 2, _bounded(one.body))):
        for at, word in enumerate(found, start):
            known = placed.setdefault(word, [])
            if len(known) < MOST_PLACES and (at < LAST_PLACE or not known):
                known.append(f"{min(at, LAST_PLACE)}{weight}")
    return " ".join(f"{_quoted(word)}:{','.join(places)}" for word, places in placed.items())


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def matching(kind: Kind, query: Query) -> RawSQL:
    """The numbers of what a query finds, for ``filter(pk__in=...)``."""
    table = TABLES[kind]._meta.db_table
    return RawSQL(f"SELECT rowid FROM {table} WHERE {_matches(table)}", [_asked(query)])  # noqa: S608, S611


def newest(kind: Kind, query: Query, most: int) -> list[int]:
    """The numbers of the newest that a query finds."""
    table = TABLES[kind]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {table} WHERE {_matches(table)} ORDER BY rowid DESC LIMIT {most:d}",  # noqa: S608
            [_asked(query)],
        )
        return [subject for (subject,) in cursor.fetchall()]


def ranks(kind: Kind, query: Query, subjects: Sequence[int]) -> dict[int, float]:
    """How well a query fits each of these, which it finds; more is better, and only the order means anything."""
    if not subjects:
        return {}
    table = TABLES[kind]._meta.db_table
    numbers = ", ".join(f"{one:d}" for one in subjects)
    if connection.vendor == "sqlite":
        # The plus keeps SQLite from asking FTS5 once for each of the numbers.
        rank, values, among = f"-bm25({table}, 6.0, 1.0)", [_asked(query)], f"+rowid IN ({numbers})"
    else:
        rank, values = "ts_rank(words, %s::tsquery, 1)", [_asked(query), _asked(query)]
        among = f"rowid IN ({numbers})"
    between = f"rowid BETWEEN {min(subjects):d} AND {max(subjects):d}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid, {rank} FROM {table} WHERE {_matches(table)} AND {between} AND {among}",  # noqa: S608
            values,
        )
        return dict(cursor.fetchall())


def _matches(table: str) -> str:
    return f"{table} MATCH %s" if connection.vendor == "sqlite" else "words @@ %s::tsquery"


def _asked(query: Query) -> str:
    write_term = _for_fts5 if connection.vendor == "sqlite" else _for_postgresql
    wanted = [write_term(term) for term in query.wanted]
    excluded = [write_term(term) for term in query.excluded]
    if connection.vendor == "sqlite":
        return "".join([f"({' AND '.join(wanted)})", *(f" NOT {one}" for one in excluded)])
    return " & ".join([*wanted, *(f"!{one}" for one in excluded)])


def _for_postgresql(term: Term) -> str:
    *first, last = map(_quoted, term.words)
    return f"({' <-> '.join([*first, last + (':*' if term.is_beginning else '')])})"


def _for_fts5(term: Term) -> str:
    together = " ".join(term.words).replace('"', "")
    return f'"{together}"{" *" if term.is_beginning else ""}'


@contextmanager
def within_time(seconds: float = 0) -> Iterator[None]:
    """Ends what takes longer: each statement on PostgreSQL, all of them on SQLite. Raises TookTooLong."""
    limit = _sqlite_limit if connection.vendor == "sqlite" else _postgresql_limit
    with limit(seconds or SECONDS):
        yield


@contextmanager
def _postgresql_limit(seconds: float) -> Iterator[None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (before,) = cursor.fetchone()
            setting = "SELECT set_config('statement_timeout', %s, true)"
            cursor.execute(setting, [f"{seconds * 1000:.0f}ms"])
            yield
            cursor.execute(setting, [before])
    except DatabaseError as error:
        # 57014 is query_canceled.
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        raise TookTooLong from error


@contextmanager
def _sqlite_limit(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    ends = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
    try:
        yield
    except DatabaseError as error:
        if "interrupted" not in str(error):
            raise
        raise TookTooLong from error
    finally:
        connection.connection.set_progress_handler(None, 0)
