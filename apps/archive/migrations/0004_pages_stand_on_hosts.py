import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0003_hosts_of_pages")]
    operations = [
        migrations.AlterField(
            model_name="page",
            name="host",
            field=models.ForeignKey(
                db_column="host",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pages",
                to="archive.host",
            ),
        ),
    ]
