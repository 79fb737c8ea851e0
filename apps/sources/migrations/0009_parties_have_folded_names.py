from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0008_heads'),
    ]

    operations = [
        migrations.AddField(
            model_name='party',
            name='folded',
            field=models.CharField(db_index=True, default='', editable=False, max_length=400),
            preserve_default=False,
        ),
    ]
