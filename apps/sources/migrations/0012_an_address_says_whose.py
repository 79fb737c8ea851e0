from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0011_agencies_go_by_many_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attribution',
            name='found_by',
            field=models.CharField(choices=[('editor', 'An editor'), ('reporter', 'A reporter'), ('credit_line', 'Its credit line'), ('byline', 'Its byline or dateline'), ('address', 'Its address'), ('text_overlap', 'Text that both share'), ('stated_origin', 'What it says itself of its origin')], editable=False, max_length=15),
        ),
    ]
