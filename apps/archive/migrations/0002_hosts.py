import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Host",
            fields=[
                ("name", models.CharField(max_length=260, primary_key=True, serialize=False)),
                (
                    "free_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="No request before this: the pause between two, or what the host asked for.",
                    ),
                ),
                (
                    "robots",
                    models.TextField(
                        blank=True,
                        help_text="As it was last read; empty when there is none.",
                        verbose_name="robots.txt",
                    ),
                ),
                ("robots_at", models.DateTimeField(help_text="When robots.txt was last asked for.", null=True)),
            ],
            options={"ordering": ["name"]},
        ),
    ]
