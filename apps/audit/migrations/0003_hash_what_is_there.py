"""The lines that were written before bodies were kept get theirs now, and wait for their seal."""

from django.db import migrations

from apps.audit.bodies import seal

AT_ONCE = 1_000
BEFORE = ["audit_entry_keeps_no_update", "audit_entry_keeps_no_delete", "audit_entry_keeps_no_truncate"]


def _without_floats(value):
    if isinstance(value, float):
        return str(value)
    if isinstance(value, dict):
        return {name: _without_floats(one) for name, one in value.items()}
    return [_without_floats(one) for one in value] if isinstance(value, list) else value


def hash_lines(apps, schema_editor):
    Entry, Pending = apps.get_model("audit", "Entry"), apps.get_model("audit", "Pending")
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        for name in BEFORE:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON audit_entry")
    heads, last = {}, 0
    while lines := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for line in lines:
            line.before, line.after = _without_floats(line.before), _without_floats(line.after)
            seal(line, heads.get(line.stream) if line.seq else None)
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
