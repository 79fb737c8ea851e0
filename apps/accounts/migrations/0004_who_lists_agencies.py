from django.db import migrations

GIVEN = "manage_agencies"
TO = ["standards_editor", "administrator"]


def give(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.filter(slug__in=TO):
        if GIVEN not in role.capabilities:
            role.capabilities = [*role.capabilities, GIVEN]
            role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    for role in apps.get_model("accounts", "Role").objects.all():
        if GIVEN in role.capabilities:
            role.capabilities = [name for name in role.capabilities if name != GIVEN]
            role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_rule_and_override")]
    operations = [migrations.RunPython(give, take)]
