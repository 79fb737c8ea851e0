from django.db import migrations, models

MODELS = {"ClaimWords": "claims", "SourceWords": "sources", "TextWords": "archived texts"}
# What was written before search was there.
WRITTEN = [
    "INSERT INTO search_stale (kind, subject) SELECT 'claim', id FROM claims_claim ORDER BY id",
    "INSERT INTO search_stale (kind, subject) SELECT 'source', id FROM sources_source ORDER BY id",
    "INSERT INTO search_stale (kind, subject) SELECT 'text', capture_id FROM archive_extract ORDER BY capture_id",
]


def make_tables(apps, schema_editor):
    for model in MODELS:
        table = f"search_{model.lower()}"
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5 "
                "(head, body, tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co M*'\")"
            )
        else:
            schema_editor.execute(f"CREATE TABLE {table} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)")
            schema_editor.execute(f"CREATE INDEX {table}_by_words ON {table} USING gin (words)")
    for statement in WRITTEN:
        schema_editor.execute(statement)


def drop_tables(apps, schema_editor):
    for model in MODELS:
        schema_editor.execute(f"DROP TABLE search_{model.lower()}")


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("archive", "0013_documents_lie_under_their_digest"),
        ("sources", "0008_heads"),
        ("claims", "0009_heads"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("claim", "Claims"), ("source", "Sources"), ("text", "Archived text")], max_length=6
                    ),
                ),
                ("subject", models.BigIntegerField()),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["kind", "-subject"], name="stale_by_subject")],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name=name,
                    fields=[("rowid", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={
                        "verbose_name_plural": f"words of {what}",
                        "ordering": ["-rowid"],
                        "abstract": False,
                    },
                )
                for name, what in MODELS.items()
            ],
            database_operations=[migrations.RunPython(make_tables, drop_tables)],
        ),
    ]
