from django.db import migrations

# Whoever works on claims, and whoever checks them. An administrator has no part in it.
ADDED = {role: ["comment"] for role in ("reporter", "editor", "standards_editor", "auditor")}


def give(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=ADDED):
        role.capabilities = [*role.capabilities, *(one for one in ADDED[role.slug] if one not in role.capabilities)]
        role.save(update_fields=["capabilities"])


def take_back(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=ADDED):
        role.capabilities = [one for one in role.capabilities if one not in ADDED[role.slug]]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_who_exports_bundles")]
    operations = [migrations.RunPython(give, take_back)]
