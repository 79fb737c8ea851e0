from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0010_fold_the_names_there_are'),
    ]

    operations = [
        migrations.AddField(
            model_name='party',
            name='identity',
            field=models.CharField(db_index=True, default='', editable=False, help_text='Whom lineage takes it for: its folded name, or that of the agency that goes by it.', max_length=400),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='party',
            name='has_news',
            field=models.BooleanField(default=False, editable=False, help_text='It is taken for somebody else, and the claims have not been looked at again since.'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('has_news', True)), fields=['id'], name='party_with_news'),
        ),
        migrations.AddField(
            model_name='agency',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(fields=['credit_line'], name='source_by_credit_line'),
        ),
        migrations.AlterField(
            model_name='attribution',
            name='found_by',
            field=models.CharField(choices=[('editor', 'An editor'), ('reporter', 'A reporter'), ('credit_line', 'Its credit line'), ('byline', 'Its byline or dateline'), ('address', 'Its address'), ('text_overlap', 'Text that both share'), ('stated_origin', 'What it says itself of its origin')], editable=False, max_length=15),
        ),
    ]
