import hashlib

from django.db import migrations
from django.utils import timezone

AT_ONCE = 500


def watch_what_is_cited(apps, schema_editor):
    """Every page that a live citation rests on is watched, and its quotes are passages. The sweep finds their copies."""
    Citation = apps.get_model("claims", "Citation")
    Watch = apps.get_model("archive", "Watch")
    Passage = apps.get_model("archive", "Passage")
    now = timezone.now()
    live = Citation.objects.filter(withdrawn_at__isnull=True).order_by("pk")
    last = 0
    while rows := list(live.filter(pk__gt=last).values_list("pk", "source__page_id", "quote")[:AT_ONCE]):
        last = rows[-1][0]
        Watch.objects.bulk_create(
            [Watch(page_id=page, next_look_at=now) for page in dict.fromkeys(page for _, page, _ in rows)],
            ignore_conflicts=True,
        )
        words = dict.fromkeys((page, quote.strip()) for _, page, quote in rows if quote.strip())
        Passage.objects.bulk_create(
            [
                Passage(page_id=page, exact=exact, digest=hashlib.sha256(exact.encode()).hexdigest())
                for page, exact in words
            ],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial"), ("archive", "0008_the_watch_looks")]

    operations = [migrations.RunPython(watch_what_is_cited, migrations.RunPython.noop)]
