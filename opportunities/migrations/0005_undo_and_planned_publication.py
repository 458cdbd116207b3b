import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import opportunities.validators


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0004_synonyms_of_the_trade"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlannedPublication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "on_day",
                    models.DateField(
                        validators=[opportunities.validators.validate_real_date],
                        verbose_name="publish on",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="planned")),
                ("fingerprint", models.CharField(max_length=64)),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="refused")),
                ("reasons", models.JSONField(blank=True, default=list)),
            ],
            options={
                "verbose_name": "planned publication",
                "verbose_name_plural": "planned publications",
            },
        ),
        migrations.RemoveConstraint(
            model_name="opportunity",
            name="opportunity_solicitation_epin_once",
        ),
        migrations.RemoveConstraint(
            model_name="opportunity",
            name="opportunity_award_epin_once",
        ),
        migrations.AddField(
            model_name="opportunity",
            name="taken_back_from",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="goes_on_as",
                to="opportunities.opportunity",
                verbose_name="was public as",
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="former",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="revision",
            name="undoes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="opportunities.revision",
            ),
        ),
        migrations.AlterField(
            model_name="revision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("published", "Published"),
                    ("amended", "Changed"),
                    ("opened", "Opening announced"),
                    ("extended", "Deadline extended"),
                    ("corrected", "Corrected"),
                    ("confirmed", "Confirmed"),
                    ("cancelled", "Cancelled"),
                    ("awarded", "Awarded"),
                    ("withdrawn", "Withdrawn"),
                    ("undone", "Taken back"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("solicitation_epin", ""), _negated=True),
                    models.Q(("stage", "withdrawn"), _negated=True),
                ),
                fields=("solicitation_epin",),
                name="opportunity_solicitation_epin_once",
                violation_error_message="Another purchase has this solicitation EPIN.",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("award_epin", ""), _negated=True),
                    models.Q(("stage", "withdrawn"), _negated=True),
                ),
                fields=("award_epin",),
                name="opportunity_award_epin_once",
                violation_error_message="Another purchase has this award EPIN.",
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "undone"), ("undoes__isnull", False)),
                    ("kind", "withdrawn"),
                    models.Q(
                        models.Q(("kind__in", ["undone", "withdrawn"]), _negated=True),
                        ("undoes__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="revision_undoes_exactly_when_its_kind_says_so",
            ),
        ),
        migrations.AddField(
            model_name="plannedpublication",
            name="by",
            field=models.ForeignKey(
                help_text="Who chose the day, and answers for the publication.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="plannedpublication",
            name="opportunity",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="planned_publication",
                to="opportunities.opportunity",
            ),
        ),
        migrations.AddIndex(
            model_name="plannedpublication",
            index=models.Index(
                condition=models.Q(("refused_at__isnull", True)),
                fields=["on_day"],
                name="planned_publication_waiting",
            ),
        ),
    ]
