"""The exact bytes of an entry that are hashed, and what stands in them for words that may have to be erased.

Canonical JSON is a subset of RFC 8785: sorted keys, no spaces, UTF-8, no floats. A commitment is ``sha256:`` and the
SHA-256, in hex, of the canonical JSON of ``[salt, field, value]``. docs/decisions/0025 has the whole format.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from apps.audit.models import Entry

VERSION = 1
MARK = "sha256:"
SALT_BYTES = 16
# Words of closed lists stand open: they name nobody, and the chain alone shall say what became of a claim.
OPEN = frozenset(
    [
        "unverified",
        "corroborated",
        "disputed",
        "inbox",
        "in_progress",
        "in_review",
        "settled",
        "supports",
        "disputes",
        "context",
        "republishes",
        "quotes",
        "translates",
        "rests_on",
        "suggested",
        "confirmed",
        "rejected",
        "withdrawn",
    ]
)

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_text: Callable[[str], str] = json.encoder.encode_basestring  # a string as JSON, in C


def canonical(value: Any) -> str:
    """The one way to write a value. Raises TypeError for a float, or for what JSON has no form for."""
    _refuse_floats(value)
    return _encode(value)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r}: a float has no one way to be written; use an integer or text")
    if isinstance(value, dict):
        for one in value.values():
            _refuse_floats(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_floats(one)


def commitment(salt: str, field: str, value: Any) -> str:
    """What stands in a body for a value: without the salt nobody can tell what it was."""
    written = _text(value) if type(value) is str else canonical(value)
    return f"{MARK}{sha256(f'[{_text(salt)},{_text(field)},{written}]'.encode()).hexdigest()}"


def digest(body: str) -> str:
    """The hash of a body, by which the next line of its stream and the head of its row know it."""
    return sha256(body.encode()).hexdigest()


def moment(at: datetime) -> str:
    """A time as bodies write it: UTC, six digits, Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def is_open(value: Any) -> bool:
    """Whether a value before or after stands in the body as it is."""
    # A word of a list of choices is a word: read back from its row it is nothing else.
    if isinstance(value, str):
        return not value or value in OPEN
    return value is None or isinstance(value, bool | int)


class Line(Protocol):
    """What a body is made of: an entry, or the columns of one."""

    @property
    def at(self) -> datetime: ...
    @property
    def verb(self) -> Any: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_label(self) -> str: ...
    @property
    def behalf_id(self) -> int | None: ...
    @property
    def behalf_label(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def request_id(self) -> str: ...
    @property
    def address(self) -> str | None: ...
    @property
    def stream(self) -> str: ...
    @property
    def seq(self) -> int | None: ...
    @property
    def target_label(self) -> str: ...
    @property
    def before(self) -> dict[str, Any]: ...
    @property
    def after(self) -> dict[str, Any]: ...
    @property
    def reason(self) -> str: ...
    @property
    def salts(self) -> Any: ...


def told(line: Line) -> dict[str, Any]:
    """The values of a line that its body only commits to, by field: "reason", "after.statement".

    Whatever has a salt is among them: some lines of November 2026 commit to words that stand open in others.
    """
    found: dict[str, Any] = {}
    if line.actor_label:
        found["actor"] = line.actor_label
    if line.behalf_label:
        found["behalf"] = line.behalf_label
    if line.address:
        found["address"] = line.address
    if line.target_label:
        found["target"] = line.target_label
    if line.reason:
        found["reason"] = line.reason
    for side, values in (("before", line.before), ("after", line.after)):
        for name, value in values.items():
            if not is_open(value) or f"{side}.{name}" in line.salts:
                found[f"{side}.{name}"] = value
    return found


def commitments(line: Line, salts: dict[str, str]) -> dict[str, str]:
    """What stands in the body for each value told, where there is a salt."""
    return {field: commitment(salts[field], field, value) for field, value in told(line).items() if field in salts}


def seal(entry: Entry, prev: str | None) -> None:
    """Give a new entry its salts, its body and its hash. ``prev`` is the hash of the line before, where lines count."""
    fields = list(told(entry))
    random, step = secrets.token_hex(SALT_BYTES * len(fields)), SALT_BYTES * 2
    entry.salts = {field: random[place * step : place * step + step] for place, field in enumerate(fields)}
    entry.body = written(entry, moment(entry.at), prev, commitments(entry, entry.salts))
    entry.hash = digest(entry.body)


def written(line: Line, at: str, prev: str | None, stands: dict[str, str]) -> str:
    """The body of a line, in which these commitments stand for the fields they are of."""
    behalf = f'{{"id":{line.behalf_id},"name":{_mark(stands, "behalf")}}}' if line.behalf_id else "null"
    return (
        f'{{"actor":{{"id":{_number(line.actor_id)},"kind":{_text(line.actor_kind)},"name":{_mark(stands, "actor")}}}'
        f',"address":{_mark(stands, "address")},"after":{_values("after", line.after, stands)},"at":{_text(at)}'
        f',"before":{_values("before", line.before, stands)},"behalf":{behalf},"channel":{_text(line.channel)}'
        f',"prev":{_text(prev) if prev else "null"},"reason":{_mark(stands, "reason")}'
        f',"request":{_text(line.request_id)}'
        f',"seq":{_number(line.seq)},"stream":{_text(line.stream)},"target":{_mark(stands, "target")}'
        f',"v":{VERSION},"verb":{_text(line.verb)}}}'
    )


def _values(side: str, values: dict[str, Any], stands: dict[str, str]) -> str:
    if not values:
        return "{}"
    said = []
    for name in sorted(values):
        if mark := stands.get(f"{side}.{name}"):
            said.append(f'{_text(name)}:"{mark}"')
            continue
        value = values[name]
        kind = type(value)
        # The encoder takes ten times as long for a single word or number.
        plain = _text(value) if kind is str else str(value) if kind is int else _encode(value)
        said.append(f"{_text(name)}:{plain}")
    return f"{{{','.join(said)}}}"


def _mark(stands: dict[str, str], field: str) -> str:
    return f'"{found}"' if (found := stands.get(field)) else "null"


def _number(value: int | None) -> str:
    return "null" if value is None else str(int(value))
