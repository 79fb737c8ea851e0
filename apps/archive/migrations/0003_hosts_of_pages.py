from django.db import migrations


def make_hosts(apps, schema_editor):
    Page, Host = apps.get_model("archive", "Page"), apps.get_model("archive", "Host")
    names = Page.objects.order_by().values_list("host", flat=True).distinct()
    Host.objects.bulk_create([Host(name=name) for name in names.iterator()], batch_size=1000, ignore_conflicts=True)


def leave_hosts(apps, schema_editor):
    """The next migration back drops the table."""


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_hosts")]
    operations = [migrations.RunPython(make_hosts, leave_hosts)]
