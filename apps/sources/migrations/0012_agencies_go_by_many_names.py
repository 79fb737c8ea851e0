import unicodedata

from django.db import migrations
from django.db.models import F

# Three rows of the list as it was had two agencies each: whose, of which spelling and short name, and at which host.
APART = [
    ('APA', 'Azerbaijani Press Agency', 'APA', 'apa.az'),
    ('APS', 'Agence de presse sénégalaise', 'APS', 'aps.sn'),
    ('SAnews', 'African News Agency', 'ANA', ''),
]


def _folded(name):
    name = unicodedata.normalize('NFKC', name).casefold().replace('\N{RIGHT SINGLE QUOTATION MARK}', "'")
    return ' '.join(name.split())[:400]


def take_apart(apps, schema_editor):
    """Give each agency a row of its own, where nobody has done so."""
    Agency, Party = apps.get_model('sources', 'Agency'), apps.get_model('sources', 'Party')
    for name, other, short, host in APART:
        both = Agency.objects.filter(party__name=name, party__kind='agency').first()
        if both is None or other not in both.spellings:
            continue
        folded = _folded(other)
        party = Party.objects.filter(folded=folded, kind='agency').first()
        party = party or Party.objects.create(name=other, folded=folded, identity=folded, kind='agency')
        if Agency.objects.filter(party=party).exists():
            continue
        Agency.objects.create(party=party, spellings=[other], short_names=[short], hosts=[host] if host else [])
        both.spellings = [one for one in both.spellings if one != other]
        both.hosts = [one for one in both.hosts if one != host]
        if short != name:
            both.short_names = [one for one in both.short_names if one != short]
        both.version += 1
        both.save()


def stand_for(apps, schema_editor):
    """Who goes by one of an agency's names is that agency to lineage, and the claims hear of it."""
    Agency, Party = apps.get_model('sources', 'Agency'), apps.get_model('sources', 'Party')
    Party.objects.update(identity=F('folded'))
    agencies = list(Agency.objects.select_related('party').order_by('pk'))
    own = {_folded(agency.party.name) for agency in agencies}
    meant = {}
    for agency in agencies:
        for name in agency.spellings:
            if _folded(name) not in own:
                meant.setdefault(_folded(name), _folded(agency.party.name))
    changed = []
    for party in Party.objects.filter(folded__in=meant).only('id', 'folded', 'identity'):
        party.identity, party.has_news = meant[party.folded], True
        changed.append(party)
    Party.objects.bulk_update(changed, ['identity', 'has_news'], batch_size=500)
    if apps.get_model('sources', 'Source').objects.exclude(credit_line='').exists():
        # Credit lines have no row of their own: whoever rests on one hears of its agency.
        Party.objects.filter(agency__isnull=False).update(has_news=True)


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0011_whom_names_stand_for'),
    ]

    operations = [
        migrations.RunPython(take_apart, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(stand_for, migrations.RunPython.noop, elidable=True),
    ]
