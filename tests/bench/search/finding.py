"""What a search takes beside a million claims and a hundred thousand archived texts, the evil ones too.

``python -m tests.services -- python -m tests.bench.search.finding --claims 1000000 --texts 100000`` (``--sqlite``
before the ``--``). Fills the database that it is given. Words come as often as Zipf says they do in a language.
"""

import argparse
import os
import random
import statistics
import sys
import time
from itertools import accumulate

ROUNDS = 5
VOCABULARY = 50_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=1_000_000)
    arguments.add_argument("--texts", type=int, default=100_000)
    arguments.add_argument("--words", type=int, default=400, help="of a text")
    asked = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
    call_command("migrate", verbosity=0)
    ada = timed("filled in", lambda: fill(asked.claims, asked.texts, asked.words))
    read_all(asked.texts)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    sizes()
    measure(ada)


def fill(claims: int, texts: int, length: int):
    """One row of each kind by hand, and all others as copies of it with other words: made by the database itself."""
    from django.db import connection

    from apps.accounts.models import Role, User
    from apps.archive.models import Capture, Extract
    from apps.claims.models import Claim, Story
    from apps.search.models import Stale
    from tests.newsroom import make_capture, make_extract, make_page

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(ZIPF)
        else:
            chance = random.Random(27)  # noqa: S311
            weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))
            names = [f"w{number:x}" for number in range(VOCABULARY)]
            connection.connection.create_function(
                "zipf", 2, lambda number, _: " ".join(chance.choices(names, cum_weights=weights, k=number))
            )
    ada = User.objects.create_user("ada", "x", name="Ada")
    ada.roles.add(Role.objects.get(slug="editor"))
    story = Story.objects.bulk_create(Story(title=f"Story {number}", opened_by=ada) for number in range(500))[0]
    first = Claim.objects.create(statement="even number1", opened_by=ada, story=story)
    words = "CASE WHEN n % 2 = 0 THEN 'even ' ELSE 'odd ' END"
    statement = f"{words} || zipf(12, n) || ' number' || n"
    copies(first, claims, id="n", statement=statement, story_id=f"{story.pk} + n % 500", submission="NULL")
    if texts:
        page = make_page("https://news.example.com/1")
        copies(page, texts, id="n", url="'https://news.example.com/' || n")
        capture = make_capture(page)
        copies(capture, texts, id="n", page_id="n")
        extract = make_extract(Capture.objects.get(pk=capture.pk))
        text = f"{words} || zipf({length}, n)"
        copies(extract, texts, id="n", capture_id="n", title="zipf(8, n)", text=text, text_digest="'digest ' || n")
    Stale.objects.all().delete()
    assert Claim.objects.count() == claims
    assert Extract.objects.count() == texts
    return ada


# How often a word comes is one through its rank.
ZIPF = f"""
CREATE FUNCTION zipf(length bigint, seed bigint) RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT string_agg('w' || to_hex(floor({VOCABULARY} ^ random())::int - 1), ' ')
   FROM generate_series(1, length) WHERE seed > 0 $$
"""


def copies(row, number: int, **values: str) -> None:
    """Rows 2 up to this number, like this one but for these columns."""
    from django.db import connection

    assert row.pk == 1
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields]
    told = ", ".join(values.get(column, column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE series(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM series WHERE n < {number})"
            f" INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {told} FROM series, (SELECT * FROM {table} WHERE id = 1) AS one"
        )


def read_all(texts: int) -> None:
    """Some are read as a worker reads them, to see how long that takes; the others by the database itself."""
    from apps.search import documents
    from apps.search.catching_up import rebuild
    from apps.search.models import TABLES, Kind

    for kind, most in ((Kind.CLAIM, 50_000), (Kind.TEXT, 3_000 if texts else 0)):
        started, done = time.monotonic(), 0
        for done, _ in rebuild(kind):
            if done >= most:
                break
        if not done:
            continue
        spent = time.monotonic() - started
        say(f"{kind.label}: {done:,} read in {spent:.0f} s, {done / spent:,.0f} a second")
        last = documents.subjects(kind)[done - 1 : done].get()
        timed(f"{kind.label}: the others", lambda kind=kind, last=last: read_others(TABLES[kind]._meta.db_table, last))


def read_others(table: str, last: int) -> None:
    """The words are plain ones: the databases cut and fold them as the desk does."""
    from django.db import connection

    rows = {
        "search_claimwords": ("claims_claim", "id", "statement", "''"),
        "search_textwords": ("archive_extract", "capture_id", "title", "text"),
    }
    source, key, head, body = rows[table]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = f"SELECT {key}, {head}, {body} FROM {source} WHERE {key} > {last}"
            cursor.execute(f"INSERT INTO {table} (rowid, head, body) {found}")
            return
        cursor.execute(f"DROP INDEX {table}_by_words")
        words = f"setweight(to_tsvector('simple', {head}), 'A') || to_tsvector('simple', {body})"
        cursor.execute(f"INSERT INTO {table} (rowid, words) SELECT {key}, {words} FROM {source} WHERE {key} > {last}")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(f"CREATE INDEX {table}_by_words ON {table} USING gin (words)")


def sizes() -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
                " AND relname IN ('search_claimwords', 'search_textwords', 'claims_claim', 'archive_extract')"
            )
            say("  ".join(f"{name} {size}" for name, size in cursor.fetchall()))


QUERIES = {
    "a rare word": "number4711",
    "two words": "w40 w80",
    "a name of three words": '"w5 w9 w14"',
    "the commonest word": "w0*",
    "the commonest five": "w0 w1 w2 w3 w4",
    "two that never meet": "even odd",
    "all but": "even -w0 -w1 -w2",
    "one beginning of all": "w*",
    "twelve beginnings": " ".join(f"w{number:x}*" for number in range(1, 13)),
    "the commonest phrase": '"w0 w0 w0"',
    "nothing": "nightjar",
}


def measure(ada) -> None:
    from django.test import Client
    from django.urls import reverse

    from apps.claims.models import Claim
    from apps.search.finding import find
    from apps.search.index import TookTooLong
    from apps.search.models import Kind
    from apps.search.words import asked

    def attempt(kind, query, narrowed=None):
        try:
            return f"{find(kind, asked(query), narrowed).total:,}"
        except TookTooLong:
            return "ended"

    for kind in (Kind.CLAIM, Kind.TEXT):
        for name, query in QUERIES.items():
            spent, found = clocked(lambda kind=kind, query=query: attempt(kind, query))
            say(f"{kind.label:14} {name:24} {spent} ms  found {found}")
    story = Claim.objects.filter(story=7)
    for name in ("a rare word", "the commonest word", "two that never meet", "one beginning of all"):
        spent, found = clocked(lambda name=name: attempt(Kind.CLAIM, QUERIES[name], story))
        say(f"of one story   {name:24} {spent} ms  found {found}")
    client = Client()
    client.force_login(ada)
    for name in ("two words", "the commonest word", "nothing"):
        for kind in ("claim", "text"):
            told = {"q": QUERIES[name], "in": kind}
            spent, _ = clocked(lambda told=told: client.get(reverse("desk:search"), told))
            say(f"the page, {kind:5} {name:23} {spent} ms")


def clocked(do):
    found, spent = do(), []
    for _ in range(ROUNDS):
        started = time.monotonic()
        found = do()
        spent.append((time.monotonic() - started) * 1000)
    return f"{statistics.median(spent):7.1f}", found


def timed(what: str, do):
    started = time.monotonic()
    found = do()
    say(f"{what}, {time.monotonic() - started:.0f} s")
    return found


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
