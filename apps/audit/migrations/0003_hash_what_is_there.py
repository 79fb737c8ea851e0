"""The lines that were written before bodies were kept get theirs now, and wait for their seal.

The format is that of version 1 for good (decision 25), so it is written down here once more.
"""

import json
import secrets
from datetime import timezone
from hashlib import sha256

from django.db import migrations

AT_ONCE = 1_000
BEFORE = ["audit_entry_keeps_no_update", "audit_entry_keeps_no_delete", "audit_entry_keeps_no_truncate"]
OPEN = frozenset(
    "unverified corroborated disputed inbox in_progress in_review settled supports disputes context republishes quotes"
    " translates rests_on suggested confirmed rejected withdrawn".split()
)
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _without_floats(value):
    if isinstance(value, float):
        return str(value)
    if isinstance(value, dict):
        return {name: _without_floats(one) for name, one in value.items()}
    return [_without_floats(one) for one in value] if isinstance(value, list) else value


def _is_open(value):
    return value is None or isinstance(value, (bool, int)) or (isinstance(value, str) and (not value or value in OPEN))


def _hash(line, prev):
    salts = {}

    def mark(field, value):
        salts[field] = secrets.token_hex(16)
        return "sha256:" + sha256(canonical([salts[field], field, value]).encode()).hexdigest()

    def side(name, values):
        return {key: one if _is_open(one) else mark(f"{name}.{key}", one) for key, one in values.items()}

    at = line.at.astimezone(timezone.utc).isoformat(timespec="microseconds")[:-6] + "Z"
    actor = mark("actor", line.actor_label) if line.actor_label else None
    line.body = canonical(
        {
            "v": 1,
            "stream": line.stream,
            "seq": line.seq,
            "prev": prev,
            "at": at,
            "verb": line.verb,
            "actor": {"kind": line.actor_kind, "id": line.actor_id, "name": actor},
            "behalf": None,
            "channel": line.channel,
            "request": line.request_id,
            "address": mark("address", line.address) if line.address else None,
            "target": mark("target", line.target_label) if line.target_label else None,
            "reason": mark("reason", line.reason) if line.reason else None,
            "before": side("before", line.before),
            "after": side("after", line.after),
        }
    )
    line.hash, line.salts = sha256(line.body.encode()).hexdigest(), salts


def hash_lines(apps, schema_editor):
    Entry, Pending = apps.get_model("audit", "Entry"), apps.get_model("audit", "Pending")
    connection = schema_editor.connection
    for name in BEFORE if connection.vendor == "postgresql" else ():
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON audit_entry")
    heads, last = {}, 0
    while lines := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for line in lines:
            line.before, line.after = _without_floats(line.before), _without_floats(line.after)
            _hash(line, heads.get(line.stream) if line.seq else None)
            if line.seq:
                heads[line.stream] = line.hash
        Entry.objects.bulk_update(lines, ["before", "after", "salts", "body", "hash"], batch_size=200)
        Pending.objects.bulk_create(Pending(entry_id=line.pk) for line in lines)
        last = lines[-1].pk
    if connection.vendor == "postgresql":
        # The keys of what waits are looked at when the transaction ends; a later step alters these tables before.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [("audit", "0002_bodies_and_seals")]

    operations = [migrations.RunPython(hash_lines, migrations.RunPython.noop)]
