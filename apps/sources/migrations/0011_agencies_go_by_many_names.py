import unicodedata

from django.db import migrations


def _folded(name):
    name = unicodedata.normalize('NFKC', name).casefold().replace('\N{RIGHT SINGLE QUOTATION MARK}', "'")
    return ' '.join(name.split())[:400]


def join(apps, schema_editor):
    """Who goes by one of an agency's names compares as the agency does."""
    Agency, Party = apps.get_model('sources', 'Agency'), apps.get_model('sources', 'Party')
    agencies = list(Agency.objects.select_related('party').order_by('pk'))
    own = {_folded(agency.party.name) for agency in agencies}
    meant = {}
    for agency in agencies:
        for name in agency.spellings:
            if _folded(name) not in own:
                meant.setdefault(_folded(name), _folded(agency.party.name))
    changed = []
    for party in Party.objects.only('id', 'name', 'folded').iterator():
        if folded := meant.get(_folded(party.name)):
            party.folded = folded
            changed.append(party)
    Party.objects.bulk_update(changed, ['folded'], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0010_fold_the_names_there_are'),
    ]

    operations = [
        migrations.RunPython(join, migrations.RunPython.noop, elidable=True),
    ]
