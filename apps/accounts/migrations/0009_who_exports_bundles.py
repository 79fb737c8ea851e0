from django.db import migrations

# Whoever answers for a verdict, and whoever checks it. A bundle tells names and reasons to people outside.
ADDED = {role: ["export_bundles"] for role in ("editor", "standards_editor", "auditor")}


def give(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=ADDED):
        role.capabilities = [*role.capabilities, *(one for one in ADDED[role.slug] if one not in role.capabilities)]
        role.save(update_fields=["capabilities"])


def take_back(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=ADDED):
        role.capabilities = [one for one in role.capabilities if one not in ADDED[role.slug]]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_saved_views")]
    operations = [migrations.RunPython(give, take_back)]
