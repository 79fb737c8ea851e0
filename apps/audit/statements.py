"""Statements that Django writes once a process: for the few that are sent with every page and every entry.

Django takes longer to write a statement than to send it. What is sent here is what Django would send; values are
adapted by the fields themselves, rows become the same objects, errors and transactions are Django's own. For plain
values and equality alone: no expressions, no signals, no inheritance. Decision 22 has the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import ModelIterable, get_related_populators

# What stands in a statement for a value that is given later, by its type: no row has these.
_STANDS_FOR: dict[type, Callable[[int], Any]] = {
    int: lambda place: -(2**60) - place,
    str: lambda place: f"\x01{place}",
    datetime: lambda place: datetime(1901, 1, 1, microsecond=place, tzinfo=UTC),
}


class Select:
    """A queryset that is written once, with values that are given each time.

    ``make`` takes one value of each of ``types`` (int, str, datetime) and returns the queryset; each has to stand in
    it as it is. Nothing else in it may change while the process runs.
    """

    def __init__(self, make: Callable[..., models.QuerySet[Any, Any]], *types: type) -> None:
        self._make, self._types = make, types
        self._written: _Written | None = None

    def __call__(self, *values: Any) -> list[Any]:
        """The rows for these values: objects, or tuples where the queryset is one of ``values_list``."""
        if self._written is None:
            places = [_STANDS_FOR[kind](place) for place, kind in enumerate(self._types)]
            self._written = _Written(self._make(*places), places)
        return self._written.rows(values)


class _Written:
    """A statement, and how its rows become objects."""

    def __init__(self, queryset: models.QuerySet[Any, Any], places: list[Any]) -> None:
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, parameters = compiler.as_sql()
        adapted = [_adapted(place) for place in places]
        self.parameters = [(adapted.index(one), None) if one in adapted else (None, one) for one in parameters]
        if {place for place, _ in self.parameters} - {None} != set(range(len(places))):
            raise ValueError(f"a value has no place in {self.sql}")
        self.converters = compiler.get_converters([column[0] for column in compiler.select])
        self.info = compiler.klass_info if queryset._iterable_class is ModelIterable else None
        if self.info:
            chosen = self.info["select_fields"]
            self.columns = slice(chosen[0], chosen[-1] + 1)
            self.names = [column[0].target.attname for column in compiler.select[self.columns]]
            self.populators = get_related_populators(self.info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # 6.0's

    def rows(self, values: tuple[Any, ...]) -> list[Any]:
        given = [_adapted(value) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [one if place is None else given[place] for place, one in self.parameters])
            return [self._object(list(row)) for row in cursor.fetchall()]

    def _object(self, row: list[Any]) -> Any:
        for place, (converters, expression) in self.converters.items():
            for converter in converters:
                row[place] = converter(row[place], expression, connection)
        if not self.info:
            return tuple(row)
        found = self.info["model"].from_db(DEFAULT_DB_ALIAS, self.names, row[self.columns])
        for populator in self.populators:
            populator.populate(row, found)
        return found


def update(model: type[models.Model], where: dict[str, Any], values: dict[str, Any]) -> int:
    """What ``model.objects.filter(**where).update(**values)`` does, and how many rows it changed."""
    sql, fields = _update(model, tuple(where), tuple(values))
    given = [*values.values(), *where.values()]
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(one, connection) for field, one in zip(fields, given, strict=True)])
        return cursor.rowcount


def insert(row: models.Model) -> None:
    """What ``row.save(force_insert=True)`` does."""
    sql, fields, key = _insert(type(row), row.pk is None)
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields])
        if key:
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _update(
    model: type[models.Model], where: tuple[str, ...], values: tuple[str, ...]
) -> tuple[str, list[models.Field[Any, Any]]]:
    wanted, changed = fields_of(model, where), fields_of(model, values)
    sets, tests = _columns(changed, "{} = %s"), _columns(wanted, "{} = %s", " AND ")
    return f"UPDATE {_quoted(model._meta.db_table)} SET {sets} WHERE {tests}", [*changed, *wanted]  # noqa: S608


@cache
def _insert(model: type[models.Model], is_numbered: bool) -> tuple[str, list[models.Field[Any, Any]], bool]:
    """The statement, its fields, and whether it tells the number that the row was given."""
    fields = [field for field in model._meta.local_concrete_fields if not (is_numbered and field.primary_key)]
    table, columns = _quoted(model._meta.db_table), _columns(fields, "{}")
    sql = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608
    key = f" RETURNING {_quoted(str(model._meta.pk.column))}" if is_numbered else ""
    return sql + key, fields, is_numbered


def fields_of(model: type[models.Model], names: tuple[str, ...]) -> list[models.Field[Any, Any]]:
    """The concrete fields of these names; "pk" is the primary key."""
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]  # type: ignore[misc]


def _columns(fields: list[models.Field[Any, Any]], each: str, between: str = ", ") -> str:
    return between.join(each.format(_quoted(str(field.column))) for field in fields)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
