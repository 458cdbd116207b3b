"""Businesses, who speaks for them, and what they hold."""

import datetime as dt
import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import opportunities.validators
import vendors.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("opportunities", "0004_synonyms_of_the_trade"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "owner: changes everything, and who else may"),
                            ("member", "member: changes what the business says of itself"),
                        ],
                        default="member",
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                ("owner_key", models.UUIDField(editable=False, null=True, unique=True)),
                ("joined_at", models.DateTimeField(verbose_name="joined")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
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
                        help_text="The legal name, as in PIP, PASSPort and the City’s list.",
                        max_length=200,
                        verbose_name="name of the business",
                    ),
                ),
                (
                    "dba",
                    models.CharField(
                        blank=True,
                        help_text="Blank: you use no other name.",
                        max_length=200,
                        verbose_name="doing business as",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("for-profit", "a business for profit, or self-employed"),
                            ("nonprofit", "a nonprofit"),
                            ("", "not stated"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="kind of business",
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        help_text="In your own words, up to 2,000 characters.",
                        max_length=2000,
                        verbose_name="what you sell",
                    ),
                ),
                (
                    "website",
                    models.URLField(
                        blank=True,
                        validators=[vendors.validators.validate_website],
                        verbose_name="website",
                    ),
                ),
                (
                    "zip_code",
                    models.CharField(
                        blank=True,
                        help_text="Helps to find you in the City’s list of certified businesses.",
                        max_length=10,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A\\d{5}(-\\d{4})?\\Z",
                                "Give the ZIP code as five digits, such as 10007.",
                            )
                        ],
                        verbose_name="ZIP code",
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=120, verbose_name="contact"),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="contact’s email"),
                ),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=40, verbose_name="contact’s phone"),
                ),
                ("nigp", models.JSONField(blank=True, default=list, verbose_name="NIGP numbers")),
                (
                    "reaches_disclosure",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("no", "no"), ("", "not known")],
                        default="",
                        editable=False,
                        max_length=3,
                    ),
                ),
                ("disclosure_asked_on", models.DateField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                (
                    "anchor",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="vendors.membership",
                        to_field="owner_key",
                    ),
                ),
                (
                    "codes",
                    models.ManyToManyField(
                        blank=True,
                        limit_choices_to={"scheme__in": ["naics", "nyc"]},
                        related_name="+",
                        to="opportunities.commoditycode",
                        verbose_name="what you sell, in codes",
                    ),
                ),
            ],
            options={
                "verbose_name": "business",
                "verbose_name_plural": "businesses",
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="vendor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="vendors.vendor",
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="email address")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "owner: changes everything, and who else may"),
                            ("member", "member: changes what the business says of itself"),
                        ],
                        default="member",
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                ("invited_at", models.DateTimeField(verbose_name="invited")),
                ("expires_at", models.DateTimeField(verbose_name="ends")),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted"),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="vendors.vendor",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("requirement", models.SlugField(max_length=40, verbose_name="requirement")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("not-started", "not started"),
                            ("in-progress", "in progress"),
                            ("declared", "you say you have it"),
                            ("verified", "verified"),
                            ("rejected", "not accepted"),
                            ("not-applicable", "does not apply to us"),
                        ],
                        default="not-started",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "issued_on",
                    models.DateField(
                        blank=True,
                        null=True,
                        validators=[opportunities.validators.validate_real_date],
                        verbose_name="since",
                    ),
                ),
                (
                    "expires_on",
                    models.DateField(
                        blank=True,
                        help_text="The last day on which it holds.",
                        null=True,
                        validators=[opportunities.validators.validate_real_date],
                        verbose_name="until",
                    ),
                ),
                (
                    "covers",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Codes, categories, licences or kinds of certificate, as a list.",
                        verbose_name="what it covers",
                    ),
                ),
                ("evidence", models.CharField(blank=True, max_length=60, verbose_name="number")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="note")),
                (
                    "verified_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("city-list", "the City’s list of certified businesses"),
                            ("passport", "PASSPort"),
                            ("document", "a document that was shown to us"),
                            ("other", "another way, told in the note"),
                        ],
                        max_length=12,
                        verbose_name="verified by",
                    ),
                ),
                (
                    "verified_on",
                    models.DateField(blank=True, null=True, verbose_name="verified on"),
                ),
                (
                    "rejection",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="why it was not accepted"
                    ),
                ),
                (
                    "changed_on",
                    models.DateField(
                        help_text="The New York day of the last change.", verbose_name="changed"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holdings",
                        to="vendors.vendor",
                    ),
                ),
            ],
            options={
                "verbose_name": "holding",
                "verbose_name_plural": "holdings",
                "permissions": [
                    ("verify_holding", "Can verify or reject what a business says it holds")
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldingChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Blank: the person has deleted the account.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="vendors.holding",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a holding",
                "verbose_name_plural": "changes of holdings",
                "indexes": [models.Index(fields=["holding", "-at"], name="holding_change_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="vendor_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disclosure_asked_on__isnull", True), ("reaches_disclosure", "")),
                    models.Q(
                        models.Q(("reaches_disclosure", ""), _negated=True),
                        ("disclosure_asked_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="vendor_disclosure_answer_with_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("vendor", "user"), name="member_once_per_vendor"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner_key__isnull", False), ("role", "owner")),
                    models.Q(
                        models.Q(("role", "owner"), _negated=True), ("owner_key__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="member_owner_key_exactly_for_owners",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                models.F("vendor"),
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("accepted_at__isnull", True)),
                name="invitation_once_per_address_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("invited_at"))),
                name="invitation_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(fields=["expires_on"], name="holding_expires_on"),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.UniqueConstraint(
                fields=("vendor", "requirement"), name="holding_once_per_vendor_and_requirement"
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", True),
                    ("expires_on__isnull", True),
                    ("issued_on__lte", models.F("expires_on")),
                    _connector="OR",
                ),
                name="holding_begins_before_it_ends",
                violation_error_message="It ends before it begins. Check both days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", True),
                    ("issued_on__lte", models.F("changed_on")),
                    _connector="OR",
                ),
                name="holding_not_issued_in_the_future",
                violation_error_message="That day is still to come.",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issued_on__isnull", True),
                        models.Q(
                            ("issued_on__gte", dt.date(2000, 1, 1)),
                            ("issued_on__lt", dt.date(2090, 1, 1)),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("expires_on__isnull", True),
                        models.Q(
                            ("expires_on__gte", dt.date(2000, 1, 1)),
                            ("expires_on__lt", dt.date(2090, 1, 1)),
                        ),
                        _connector="OR",
                    ),
                ),
                name="holding_days_are_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "verified"),
                        ("verified_by__isnull", False),
                        ("verified_on__isnull", False),
                        models.Q(("verified_how", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "verified"), _negated=True),
                        ("verified_by__isnull", True),
                        ("verified_how", ""),
                        ("verified_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="holding_verified_by_whom_how_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "rejected"), models.Q(("rejection", ""), _negated=True)),
                    models.Q(models.Q(("state", "rejected"), _negated=True), ("rejection", "")),
                    _connector="OR",
                ),
                name="holding_rejected_with_its_reason",
            ),
        ),
    ]
