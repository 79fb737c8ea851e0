from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0016_what_is_brought_is_written_down_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='extract',
            name='reader',
            field=models.PositiveSmallIntegerField(default=0, editable=False, help_text='Which version of the reader read it; 0 is one before they were counted.'),
        ),
    ]
