import django.db.models.deletion
from django.db import migrations, models

REASONS = [
    ("new", "New"),
    ("opened", "Opened"),
    ("changed", "Changed"),
    ("closing-7", "Closes within 7 days"),
    ("closing-2", "Closes within 2 days"),
    ("outcome", "Decided"),
    ("already-open", "Already open"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0003_file_searches_under_everything"),
        ("opportunities", "0004_synonyms_of_the_trade"),
    ]

    # Nothing has written an occasion yet.
    operations = [
        migrations.DeleteModel("Occasion"),
        migrations.CreateModel(
            name="Occasion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(choices=REASONS, max_length=12)),
                ("dated", models.DateTimeField()),
                ("found_at", models.DateTimeField()),
                ("saved_search_pk", models.PositiveBigIntegerField(default=0)),
                ("matched_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="opportunities.opportunity",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="opportunities.revision",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("matched_at__isnull", True)),
                        fields=["id"],
                        name="occasion_not_yet_matched",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("opportunity", "reason", "dated"), name="occasion_once_per_date"
                    )
                ],
            },
        ),
    ]
