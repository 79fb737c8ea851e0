from django.db import migrations

GIVEN = {"standards_editor": "name_on_confidential", "auditor": "read_private_trail"}


def give(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=GIVEN):
        if GIVEN[role.slug] not in role.capabilities:
            role.capabilities = [*role.capabilities, GIVEN[role.slug]]
            role.save(update_fields=["capabilities"])


def take_back(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if one != GIVEN[role.slug]]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_first_roles")]
    operations = [migrations.RunPython(give, take_back)]
