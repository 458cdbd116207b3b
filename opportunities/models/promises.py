"""What the database holds true of every purchase, and what it finds purchases by."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext_lazy as _

from opportunities.choices import Industry, Method, Outcome, Precision, Stage
from opportunities.methods import NOT_FOR_HUMAN_SERVICES
from opportunities.validators import LARGEST_VALUE, PLACEHOLDER_YEAR

TOO_LATE = datetime(PLACEHOLDER_YEAR, 1, 1, tzinfo=UTC)

PUBLIC = Q(stage=Stage.PUBLISHED)
STANDS = ~Q(stage=Stage.WITHDRAWN)  # what was withdrawn may be entered anew
LIVE = PUBLIC & Q(decided_at__isnull=True)
WITHOUT_AWARD = Q(
    award_vendor="", award_value__isnull=True, awarded_on__isnull=True, award_notice_url=""
)
UNDECIDED = Q(outcome=Outcome.NONE, decided_at__isnull=True, cancel_reason="") & WITHOUT_AWARD
AWARDED = Q(
    outcome=Outcome.AWARDED,
    decided_at__isnull=False,
    award_value__isnull=False,
    awarded_on__isnull=False,
    cancel_reason="",
) & ~Q(award_vendor="")
CANCELLED = (
    Q(outcome=Outcome.CANCELLED, decided_at__isnull=False) & ~Q(cancel_reason="") & WITHOUT_AWARD
)

MUST_HOLD: list[BaseConstraint] = [
    models.CheckConstraint(
        condition=Q(stage=Stage.DRAFT) | Q(published_at__isnull=False),
        name="opportunity_published_since_when",
    ),
    models.CheckConstraint(
        condition=UNDECIDED
        | (AWARDED & ~Q(stage=Stage.DRAFT))
        | (CANCELLED & ~Q(stage=Stage.DRAFT)),
        name="opportunity_outcome_with_all_that_belongs_to_it",
        violation_error_message=_(
            "An award names vendor, amount and day; a cancellation gives its reason; "
            "a draft has no outcome."
        ),
    ),
    models.CheckConstraint(
        condition=Q(award_value__isnull=True)
        | Q(award_value__gt=0, award_value__lte=LARGEST_VALUE),
        name="opportunity_award_above_nothing_up_to_a_billion",
        violation_error_message=_(
            "An award of nothing, or of more than $1 billion, is surely a typing error."
        ),
    ),
    models.CheckConstraint(
        condition=Q(renewal_of__isnull=True) | ~Q(renewal_of=F("id")),
        name="opportunity_renews_another_one",
    ),
    models.CheckConstraint(
        condition=~Q(method=Method.MWBE_SMALL_PURCHASE, industry=Industry.HUMAN_SERVICES),
        name="opportunity_mwbe_method_not_for_human_services",
        violation_error_message=NOT_FOR_HUMAN_SERVICES,
    ),
    models.CheckConstraint(
        condition=Q(value_min__isnull=True)
        | Q(value_max__isnull=True)
        | Q(value_min__lte=F("value_max")),
        name="opportunity_value_from_at_most_value_up_to",
        violation_error_message=_(
            "“Value from” is more than “value up to”. Swap them or correct one."
        ),
    ),
    models.CheckConstraint(
        condition=(Q(value_min__isnull=True) | Q(value_min__range=(0, LARGEST_VALUE)))
        & (Q(value_max__isnull=True) | Q(value_max__range=(0, LARGEST_VALUE))),
        name="opportunity_value_between_nothing_and_a_billion",
        violation_error_message=_(
            "A value of more than $1 billion is surely a typing error. Check the zeros."
        ),
    ),
    models.CheckConstraint(
        condition=Q(expected_precision=Precision.UNKNOWN, expected_on__isnull=True)
        | (~Q(expected_precision=Precision.UNKNOWN) & Q(expected_on__isnull=False)),
        name="opportunity_expected_day_exactly_when_known",
        violation_error_message=_(
            "Give the expected day and how well it is known together, or neither."
        ),
    ),
    models.CheckConstraint(
        condition=Q(due_at__isnull=True) | Q(opens_at__lt=F("due_at"), opens_at__isnull=False),
        name="opportunity_opens_before_it_is_due",
        violation_error_message=_(
            "Responses are due before it opens, or it never opens. Correct the two moments."
        ),
    ),
    models.CheckConstraint(
        condition=Q(questions_due_at__isnull=True)
        | Q(opens_at__isnull=True)
        | Q(questions_due_at__gt=F("opens_at")),
        name="opportunity_questions_after_opening",
        violation_error_message=_("Questions are due before it opens. Correct the two moments."),
    ),
    models.CheckConstraint(
        condition=Q(questions_due_at__isnull=True)
        | Q(due_at__isnull=True)
        | Q(questions_due_at__lte=F("due_at")),
        name="opportunity_questions_before_responses",
        violation_error_message=_("Questions are due after responses. Correct the two moments."),
    ),
    models.CheckConstraint(
        # Beyond the year 9999 PostgreSQL keeps what Python cannot read back.
        condition=(Q(opens_at__isnull=True) | Q(opens_at__lt=TOO_LATE))
        & (Q(questions_due_at__isnull=True) | Q(questions_due_at__lt=TOO_LATE))
        & (Q(due_at__isnull=True) | Q(due_at__lt=TOO_LATE)),
        name="opportunity_moments_are_real",
        violation_error_message=_(
            "A year from 2090 on stands for “no date” in City files. Leave the field blank."
        ),
    ),
    models.UniqueConstraint(
        fields=["solicitation_epin"],
        condition=~Q(solicitation_epin="") & STANDS,
        name="opportunity_solicitation_epin_once",
        violation_error_message=_("Another purchase has this solicitation EPIN."),
    ),
    models.UniqueConstraint(
        fields=["award_epin"],
        condition=~Q(award_epin="") & STANDS,
        name="opportunity_award_epin_once",
        violation_error_message=_("Another purchase has this award EPIN."),
    ),
]

# One for each lane of ``lanes`` and each order of a list: a page costs the same among a million.
FOUND_BY: list[models.Index] = [
    models.Index(fields=["due_at", "id"], condition=LIVE, name="opportunity_live_by_due"),
    models.Index(fields=["opens_at", "id"], condition=LIVE, name="opportunity_live_by_opening"),
    models.Index(
        fields=["expected_on", "id"],
        condition=LIVE & Q(opens_at__isnull=True),
        name="opportunity_live_by_expected",
    ),
    *[
        models.Index(
            fields=[*narrowed, "decided_at", "id"],
            condition=Q(stage=Stage.PUBLISHED, decided_at__isnull=False),
            name=f"opportunity_decided{name}",
        )
        for name, narrowed in {
            "": (),
            "_method": ("method",),
            "_industry": ("industry",),
            "_naics": ("naics",),
            "_band": ("value_band",),
        }.items()
    ],
    *[
        models.Index(fields=[key, "id"], condition=PUBLIC, name=f"opportunity_by_{name}")
        for key, name in {
            "published_sequence": "publication",
            "changed_sequence": "change",
            "title_key": "title",
        }.items()
    ],
    # Whoever imports a list asks whether its titles are here.
    models.Index(
        fields=["title_key"], condition=Q(stage=Stage.DRAFT), name="opportunity_draft_by_title"
    ),
    models.Index(
        fields=["expected_on"],
        condition=PUBLIC & Q(expected_on__isnull=False),
        name="opportunity_by_expected_day",
    ),
    models.Index(fields=["changed_at"], condition=PUBLIC, name="opportunity_by_changed_at"),
    models.Index(fields=["published_at"], condition=PUBLIC, name="opportunity_by_published_at"),
]
