from django.db import migrations

REPORTER = ["read_desk", "open_claims", "cite", "download_evidence"]
EDITOR = [*REPORTER, "assign", "decide"]
ROLES = [
    ("reporter", "Reporter", REPORTER),
    ("editor", "Editor", EDITOR),
    ("standards_editor", "Standards editor", [*EDITOR, "read_admin"]),
    ("auditor", "Auditor", ["read_desk", "download_evidence", "read_admin"]),
    ("administrator", "Administrator", ["read_desk", "read_admin", "manage_people"]),
]


def make_roles(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for slug, name, capabilities in ROLES:
        Role.objects.get_or_create(slug=slug, defaults={"name": name, "capabilities": capabilities})


def leave_roles(apps, schema_editor):
    """Roles are the desk's data by now: undoing the migration leaves them."""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(make_roles, leave_roles)]
