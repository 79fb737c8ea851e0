import unicodedata

from django.db import migrations


def fold(apps, schema_editor):
    Party = apps.get_model('sources', 'Party')
    changed = []
    for party in Party.objects.only('id', 'name').iterator():
        name = unicodedata.normalize('NFKC', party.name).casefold().replace('\N{RIGHT SINGLE QUOTATION MARK}', "'")
        party.folded = ' '.join(name.split())[:400]
        changed.append(party)
    Party.objects.bulk_update(changed, ['folded'], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0009_parties_have_folded_names'),
    ]

    operations = [
        migrations.RunPython(fold, migrations.RunPython.noop, elidable=True),
    ]
