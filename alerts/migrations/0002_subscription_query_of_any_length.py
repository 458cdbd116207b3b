from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="subscription", name="query", field=models.TextField(blank=True)
        )
    ]
