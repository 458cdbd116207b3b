"""Outcomes, documents, rounds of a purchase, and what lists are found and counted by."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import opportunities.models.document
import opportunities.validators
from opportunities.analysis import plain_words
from opportunities.choices import ValueBand


def make_search_entries(apps: Any, schema_editor: Any) -> None:
    """Make the table of search words in the form that each database indexes."""
    for statement in TABLES[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_search_entries(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE opportunities_searchentry")


TABLES = {
    # "ascii" takes what we give it: it splits at spaces and leaves every letter beyond ASCII as it is.
    "sqlite": [
        (
            "CREATE VIRTUAL TABLE opportunities_searchentry "
            "USING fts5(title, words, tokenize = 'ascii', prefix = '3 5')"
        )
    ],
    "postgresql": [
        (
            "CREATE TABLE opportunities_searchentry ("
            "rowid bigint PRIMARY KEY REFERENCES opportunities_opportunity (id) "
            "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "
            "title tsvector NOT NULL, words tsvector NOT NULL)"
        ),
        "CREATE INDEX opportunity_search_words ON opportunities_searchentry USING gin (words)",
    ],
}


def fill_from_log(apps: Any, schema_editor: Any) -> None:
    """Write what follows from the facts and the log; ``rebuild_search`` makes the index and the counts."""
    opportunities = apps.get_model("opportunities", "Opportunity").objects
    revisions = apps.get_model("opportunities", "Revision").objects
    for row in opportunities.exclude(stage="draft").iterator():
        history = revisions.filter(opportunity=row.pk).order_by("number")
        first, last = history.first(), history.last()
        row.published_sequence, row.changed_sequence = first.sequence, last.sequence
        row.changed_at = last.at
        row.title_key = " ".join(plain_words(row.title))[:200]
        row.value_band = ValueBand.of(row.value_min, row.value_max)
        row.save()


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0002_agency_limits_links_and_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OpportunityDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "name",
                    models.CharField(
                        help_text="As vendors see it, with its ending.",
                        max_length=150,
                        verbose_name="name",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("docx", "Word document"),
                            ("xlsx", "Excel workbook"),
                            ("png", "PNG picture"),
                            ("jpg", "JPEG picture"),
                        ],
                        max_length=8,
                        verbose_name="type",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        storage=opportunities.models.document.documents_storage,
                        upload_to=opportunities.models.document.made_up_name,
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_search_entries, drop_search_entries)],
            state_operations=[
                migrations.CreateModel(
                    name="SearchEntry",
                    fields=[
                        (
                            "opportunity",
                            models.OneToOneField(
                                db_column="rowid",
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="opportunities.opportunity",
                            ),
                        ),
                        ("title", models.TextField()),
                        ("words", models.TextField()),
                    ],
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=64, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="SynonymGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        help_text="Separated by commas, such as: janitorial, cleaning, custodial, porter.",
                        max_length=500,
                        verbose_name="words",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "verbose_name": "synonyms",
                "verbose_name_plural": "synonyms",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not decided"),
                            ("awarded", "awarded"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "fiscal_year",
                    models.PositiveSmallIntegerField(
                        help_text="The City fiscal year of the decision; 0 where the outcome is blank."
                    ),
                ),
                (
                    "industry",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("goods", "Goods"),
                            ("professional-services", "Professional services"),
                            ("standard-services", "Standard services"),
                            ("construction", "Construction"),
                            ("human-services", "Human services"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mwbe-small-purchase", "M/WBE Noncompetitive Small Purchase"),
                            ("sealed-bid", "Competitive Sealed Bid"),
                            ("sealed-proposal", "Competitive Sealed Proposal"),
                            ("best-value", "Request for Proposal, Best Value"),
                            ("negotiated-acquisition", "Negotiated Acquisition"),
                            ("task-order", "Task Order"),
                            ("sole-source", "Sole Source"),
                            ("intergovernmental", "Intergovernmental or Government to Government"),
                            ("micropurchase", "Micropurchase"),
                            ("emergency", "Emergency"),
                            ("other", "Another method"),
                        ],
                        max_length=30,
                    ),
                ),
                ("sector", models.CharField(blank=True, max_length=2)),
                (
                    "band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("to-100k", "Up to $100,000"),
                            ("to-250k", "$100,000 to $250,000"),
                            ("to-500k", "$250,000 to $500,000"),
                            ("over-500k", "More than $500,000"),
                            ("unknown", "Not yet announced"),
                        ],
                        max_length=12,
                    ),
                ),
                ("brand", models.CharField(blank=True, max_length=8)),
                ("count", models.IntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="opportunity",
            name="opportunity_published_since_when",
        ),
        migrations.RemoveIndex(
            model_name="opportunity",
            name="opportunity_public_by_due",
        ),
        migrations.RemoveField(
            model_name="opportunity",
            name="search_text",
        ),
        migrations.AddField(
            model_name="changelog",
            name="edition",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="award_notice_url",
            field=models.URLField(
                blank=True,
                editable=False,
                validators=[opportunities.validators.validate_official_address],
                verbose_name="notice of the award",
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="award_value",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                editable=False,
                max_digits=12,
                null=True,
                verbose_name="amount of the award",
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="award_vendor",
            field=models.CharField(
                blank=True, editable=False, max_length=200, verbose_name="awarded to"
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="awarded_on",
            field=models.DateField(
                blank=True, editable=False, null=True, verbose_name="day of the award"
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="cancel_reason",
            field=models.TextField(
                blank=True, editable=False, max_length=1000, verbose_name="reason for cancelling"
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="changed_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="last changed"
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="changed_sequence",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="decided_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="outcome recorded"
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="insurance_needed",
            field=models.TextField(
                blank=True,
                help_text="Insurance or bonding a vendor must have, one a line. Blank: none is asked for.",
                max_length=1000,
                verbose_name="insurance asked for",
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="licences_needed",
            field=models.TextField(
                blank=True,
                help_text="Licences a vendor must hold, one a line. Blank: none is asked for.",
                max_length=1000,
                verbose_name="licences asked for",
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("", "not decided"), ("awarded", "awarded"), ("cancelled", "cancelled")],
                default="",
                editable=False,
                max_length=12,
                verbose_name="outcome",
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="published_sequence",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="renewal_of",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewals",
                to="opportunities.opportunity",
                verbose_name="comes round again after",
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="title_key",
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="value_band",
            field=models.CharField(
                choices=[
                    ("to-100k", "Up to $100,000"),
                    ("to-250k", "$100,000 to $250,000"),
                    ("to-500k", "$250,000 to $500,000"),
                    ("over-500k", "More than $500,000"),
                    ("unknown", "Not yet announced"),
                ],
                default="unknown",
                editable=False,
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="opportunity",
            name="stage",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("published", "published"),
                    ("withdrawn", "withdrawn"),
                ],
                default="draft",
                editable=False,
                max_length=12,
                verbose_name="stage",
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
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published"), ("decided_at__isnull", True)),
                fields=["due_at", "id"],
                name="opportunity_live_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published"), ("decided_at__isnull", True)),
                fields=["opens_at", "id"],
                name="opportunity_live_by_opening",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(
                    ("stage", "published"), ("decided_at__isnull", True), ("opens_at__isnull", True)
                ),
                fields=["expected_on", "id"],
                name="opportunity_live_by_expected",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("stage", "published")),
                fields=["decided_at", "id"],
                name="opportunity_decided",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("stage", "published")),
                fields=["method", "decided_at", "id"],
                name="opportunity_decided_method",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("stage", "published")),
                fields=["industry", "decided_at", "id"],
                name="opportunity_decided_industry",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("stage", "published")),
                fields=["naics", "decided_at", "id"],
                name="opportunity_decided_naics",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False), ("stage", "published")),
                fields=["value_band", "decided_at", "id"],
                name="opportunity_decided_band",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published")),
                fields=["published_sequence", "id"],
                name="opportunity_by_publication",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published")),
                fields=["changed_sequence", "id"],
                name="opportunity_by_change",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published")),
                fields=["title_key", "id"],
                name="opportunity_by_title",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published")),
                fields=["changed_at"],
                name="opportunity_by_changed_at",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published"), ("expected_on__isnull", False)),
                fields=["expected_on"],
                name="opportunity_by_expected_day",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("stage", "published")),
                fields=["published_at"],
                name="opportunity_by_published_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage", "draft"), ("published_at__isnull", False), _connector="OR"
                ),
                name="opportunity_published_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancel_reason", ""),
                        ("decided_at__isnull", True),
                        ("outcome", ""),
                        ("award_notice_url", ""),
                        ("award_value__isnull", True),
                        ("award_vendor", ""),
                        ("awarded_on__isnull", True),
                    ),
                    models.Q(
                        ("award_value__isnull", False),
                        ("awarded_on__isnull", False),
                        ("cancel_reason", ""),
                        ("decided_at__isnull", False),
                        ("outcome", "awarded"),
                        models.Q(("award_vendor", ""), _negated=True),
                        models.Q(("stage", "draft"), _negated=True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("outcome", "cancelled"),
                        models.Q(("cancel_reason", ""), _negated=True),
                        ("award_notice_url", ""),
                        ("award_value__isnull", True),
                        ("award_vendor", ""),
                        ("awarded_on__isnull", True),
                        models.Q(("stage", "draft"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="opportunity_outcome_with_all_that_belongs_to_it",
                violation_error_message="An award names vendor, amount and day; a cancellation gives its reason; a draft has no outcome.",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("award_value__isnull", True),
                    models.Q(("award_value__gt", 0), ("award_value__lte", 1000000000)),
                    _connector="OR",
                ),
                name="opportunity_award_above_nothing_up_to_a_billion",
                violation_error_message="An award of nothing, or of more than $1 billion, is surely a typing error.",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("renewal_of__isnull", True),
                    models.Q(("renewal_of", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="opportunity_renews_another_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("questions_due_at__isnull", True),
                    ("opens_at__isnull", True),
                    ("questions_due_at__gt", models.F("opens_at")),
                    _connector="OR",
                ),
                name="opportunity_questions_after_opening",
                violation_error_message="Questions are due before it opens. Correct the two moments.",
            ),
        ),
        migrations.AddField(
            model_name="opportunitydocument",
            name="opportunity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="opportunities.opportunity",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=(
                    "industry",
                    "method",
                    "band",
                    "brand",
                    "outcome",
                    "sector",
                    "fiscal_year",
                ),
                name="tally_once_per_combination",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gte", 0)), name="tally_never_below_nothing"
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0), ("size__lte", 10485760)),
                name="document_neither_empty_nor_too_large",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunitydocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("opportunity", "name"),
                name="document_name_once_per_opportunity",
                violation_error_message="This purchase has a document of that name.",
            ),
        ),
        migrations.RunPython(fill_from_log, migrations.RunPython.noop),
    ]
