import unicodedata

from django.db import migrations, models


def fold(apps, schema_editor):
    Measure = apps.get_model('claims', 'Measure')
    for measure in Measure.objects.only('id', 'name').iterator():
        name = unicodedata.normalize('NFKC', measure.name).casefold().replace('\N{RIGHT SINGLE QUOTATION MARK}', "'")
        Measure.objects.filter(pk=measure.pk).update(folded=' '.join(name.split())[:400])


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0012_who_somebody_is'),
    ]

    operations = [
        migrations.AddField(
            model_name='measure',
            name='folded',
            field=models.CharField(db_index=True, default='', editable=False, max_length=400),
            preserve_default=False,
        ),
        migrations.RunPython(fold, migrations.RunPython.noop, elidable=True),
    ]
