import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0011_what_changed_under_figures_and_copies'),
        ('sources', '0012_agencies_go_by_many_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='cause',
            name='party',
            field=models.ForeignKey(help_text='Who is taken for somebody else, or is known by name now, or no longer.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sources.party'),
        ),
    ]
