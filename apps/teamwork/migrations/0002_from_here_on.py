from django.db import migrations
from django.utils import timezone

AT_ONCE = 2_000


def begin(apps, schema_editor):
    """A desk that is older than its notices is told of what happens from now on; whoever has a claim watches it.

    Due times that are long past are not told as news.
    """
    last = apps.get_model("audit", "Leaf").objects.order_by("-index").values_list("index", flat=True).first()
    position = apps.get_model("teamwork", "Position")
    position.objects.get_or_create(pk=1, defaults={"next_leaf": 0 if last is None else last + 1})
    watcher, rows = apps.get_model("teamwork", "Watcher"), []
    claims = apps.get_model("claims", "Claim").objects.order_by("pk").values_list("pk", "opened_by", "assignee")
    for claim, *people in claims.iterator(chunk_size=AT_ONCE):
        rows += [watcher(claim_id=claim, person_id=person) for person in set(people) - {None}]
        if len(rows) >= AT_ONCE:
            watcher.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    watcher.objects.bulk_create(rows, ignore_conflicts=True)
    late = apps.get_model("claims", "Claim").objects.filter(due__lt=timezone.now()).exclude(stage="settled")
    reminder = apps.get_model("teamwork", "Reminder")
    for claim, due in late.values_list("pk", "due").iterator(chunk_size=AT_ONCE):
        reminder.objects.get_or_create(claim_id=claim, due=due, step="late")


class Migration(migrations.Migration):
    dependencies = [("teamwork", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
