import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0012_drifts_are_taken_up'),
        ('claims', '0007_the_rest_of_the_desks_knowledge'),
        ('sources', '0006_reliability'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Credibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rationale', models.TextField()),
                ('graded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('replaced_at', models.DateTimeField(editable=False, null=True)),
                ('grade', models.CharField(choices=[('1', 'Confirmed by others'), ('2', 'Probably true'), ('3', 'Possibly true'), ('4', 'Doubtful'), ('5', 'Improbable'), ('6', 'Truth cannot be judged')], max_length=1)),
                ('citation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grades', to='claims.citation')),
                ('graded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'credibilities',
                'ordering': ['-id'],
                'abstract': False,
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('rationale', ''), _negated=True), name='credibility_has_a_rationale', violation_error_message='A grade needs a rationale.'),
                    models.CheckConstraint(condition=models.Q(('grade__in', ['1', '2', '3', '4', '5', '6'])), name='credibility_is_known'),
                    models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('citation',), name='a_citation_has_one_grade'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='cause',
            name='cause_kind_is_known',
        ),
        migrations.AlterField(
            model_name='cause',
            name='kind',
            field=models.CharField(choices=[('drift', 'A cited page has changed'), ('quote_gone', 'A quote is gone'), ('page_gone', 'A cited page is gone'), ('citation_withdrawn', 'A citation was withdrawn'), ('new_dispute', 'A new source disputes it'), ('stance_changed', 'What a citation does for it was judged anew'), ('source_changed', 'What is known of a source has changed'), ('attribution', 'Where a source has it from has changed'), ('capture_damaged', 'A stored copy is damaged'), ('downgraded', 'A linked claim lost its verdict'), ('superseded', 'A newer claim supersedes it'), ('verify_again', 'It is time to verify it again')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='cause',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['drift', 'quote_gone', 'page_gone', 'citation_withdrawn', 'new_dispute', 'stance_changed', 'source_changed', 'attribution', 'capture_damaged', 'downgraded', 'superseded', 'verify_again'])), name='cause_kind_is_known'),
        ),
    ]
