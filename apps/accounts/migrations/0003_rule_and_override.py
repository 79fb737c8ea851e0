from django.db import migrations

ADDED = {"standards_editor": ["edit_policy", "override"]}


def add(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for role in Role.objects.filter(slug__in=ADDED):
        role.capabilities = [*role.capabilities, *(one for one in ADDED[role.slug] if one not in role.capabilities)]
        role.save(update_fields=["capabilities"])


def remove(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    added = {capability for capabilities in ADDED.values() for capability in capabilities}
    for role in Role.objects.all():
        role.capabilities = [one for one in role.capabilities if one not in added]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_first_roles")]
    operations = [migrations.RunPython(add, remove)]
