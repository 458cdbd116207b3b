"""Each constraint of our own tables refuses an example that breaks it, on both databases."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from alerts.models import (
    Match,
    MatchingCursor,
    Occasion,
    SavedSearch,
    SearchKey,
    Subscriber,
    Subscription,
)
from letters.models import Channel, KindOnTrial, Letter, Provider, Report, Suppression
from opportunities.models import (
    Agency,
    ChangeLog,
    CommodityCode,
    ImportPart,
    ImportRow,
    ImportRun,
    MethodLimit,
    OfficialLink,
    Opportunity,
    OpportunityDocument,
    Origin,
    PlannedPublication,
    Revision,
    SearchWord,
    Tally,
)
from opportunities.models.document import LARGEST_FILE
from tests.environment import ROOT
from tests.factories import (
    OpportunityFactory,
    PersonFactory,
    StaffFactory,
    VendorFactory,
    letter,
    subscribe,
)
from vendors.models import (
    Holding,
    Interest,
    Invitation,
    Membership,
    Register,
    RegisterMatch,
    Reminder,
    SharedLink,
    Vendor,
)

NOON = datetime(2027, 1, 12, 17, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


# The one that does not look at capitals refuses the same and more; the key of an FTS5 table is a row's own number.
IMPLIED = {"accounts.User.email", "opportunities.SearchEntry.opportunity"}


def purchase(**facts: Any) -> Callable[[], object]:
    return lambda: OpportunityFactory.create(**facts)


def limit(**facts: Any) -> MethodLimit:
    plain: dict[str, Any] = {
        "kind": "ceiling", "method": "sealed-bid", "amount": 1, "source": "A law", "effective_on": date(2027, 1, 1),
    }  # fmt: skip
    return MethodLimit.objects.create(**(plain | facts))


def twice(make: Callable[..., object], **facts: Any) -> Callable[[], object]:
    def both() -> None:
        make(**facts)
        make(**facts)

    return both


def change(make: Callable[[], models.Model], **facts: Any) -> Callable[[], object]:
    """Change a stored row behind the back of its ``save``."""
    return lambda: type(row := make())._base_manager.filter(pk=row.pk).update(**facts)


AWARD: dict[str, Any] = {"award_vendor": "A firm", "award_value": 1, "awarded_on": NOON}


def decided(**facts: Any) -> Callable[[], object]:
    public = {"stage": "published", "published_at": NOON, "decided_at": NOON}
    return change(OpportunityFactory.create, **(public | facts))


def renewing_itself() -> object:
    row = OpportunityFactory.create()
    return Opportunity.objects.filter(pk=row.pk).update(renewal_of=row.pk)


def document(**facts: Any) -> OpportunityDocument:
    plain: dict[str, Any] = {"name": "Scope.pdf", "type": "pdf", "size": 1, "added_at": NOON}
    of = Opportunity.objects.first() or OpportunityFactory.create()
    return OpportunityDocument.objects.create(opportunity=of, **(plain | facts))


def tally(**facts: Any) -> Tally:
    plain: dict[str, Any] = {
        "outcome": "awarded", "fiscal_year": 2027, "industry": "goods", "method": "sealed-bid",
        "band": "unknown", "brand": "none",
    }  # fmt: skip
    return Tally.objects.create(**(plain | facts))


def revision(number: int, sequence: int, kind: str = "amended", **facts: Any) -> Revision:
    listed = Opportunity.objects.first() or OpportunityFactory.create()
    return Revision.objects.create(
        opportunity=listed, number=number, sequence=sequence, kind=kind, at=NOON, snapshot={}, **facts
    )  # fmt: skip


def undone_twice() -> None:
    first = revision(1, 1)
    for number in (2, 3):
        revision(number, number, "undone", undoes=first)


def planned() -> PlannedPublication:
    draft = Opportunity.objects.first() or OpportunityFactory.create()
    by = StaffFactory.create()
    return PlannedPublication.objects.create(opportunity=draft, on_day=NOON, by=by, at=NOON)


def taken_back_twice() -> None:
    once = OpportunityFactory.create()
    twice(OpportunityFactory.create, taken_back_from=once)()


def match() -> Match:
    wish = Subscription.objects.first() or subscribe("reader@example.com", moment=NOON)
    told = Revision.objects.first() or revision(1, 1)
    return Match.objects.create(
        subscription=wish, subscriber=wish.subscriber, revision=told, reason="new"
    )


def wish() -> Subscription:
    there = Subscription.objects.first() or subscribe("reader@example.com", moment=NOON)
    return Subscription.objects.create(
        subscriber=there.subscriber, saved_search=there.saved_search, asked_at=NOON, asked_sequence=0
    )  # fmt: skip


def subscriber() -> Subscriber:
    return subscribe("reader@example.com", moment=NOON).subscriber


def filed() -> SearchKey:
    search, _new = SavedSearch.objects.get_or_create(digest="a", defaults={"stored": {}})
    return SearchKey.objects.create(key="w:board", asks="board", saved_search=search)


def occasion() -> Occasion:
    told = Revision.objects.first() or revision(1, 1)
    return Occasion.objects.create(
        opportunity=told.opportunity, reason="closing-7", dated=NOON, revision=told, found_at=NOON
    )


NO_WISH = {f"wants_{kind}": False for kind in ("new", "opened", "changed", "closing", "outcome")}


def code(**facts: Any) -> CommodityCode:
    return CommodityCode.objects.create(source="a test", **facts)


def letter_in(state: str, **facts: Any) -> Callable[[], object]:
    return change(lambda: letter(moment=NOON), state=state, **facts)


def run(**facts: Any) -> ImportRun:
    plain: dict[str, Any] = {"kind": "plan", "name": "plan.csv", "size": 1, "at": NOON}
    return ImportRun.objects.create(**(plain | facts))


def business() -> Vendor:
    return Vendor.objects.first() or VendorFactory.create()


def holding(**facts: Any) -> Holding:
    plain: dict[str, Any] = {"requirement": "pip-account", "changed_on": NOON.date()}
    return Holding.objects.create(vendor=business(), **(plain | facts))


def held(**facts: Any) -> Callable[[], object]:
    return lambda: holding(**facts)


def verified(**facts: Any) -> Callable[[], object]:
    """Say ``verified`` with all that belongs to it but ``facts``."""
    return lambda: holding(
        **({"state": "verified", "verified_by": StaffFactory.create(), "verified_how": "document", "verified_on": NOON.date()} | facts)
    )  # fmt: skip


def member(**facts: Any) -> Membership:
    plain: dict[str, Any] = {"user": PersonFactory.create(), "joined_at": NOON}
    return Membership.objects.create(vendor=business(), **(plain | facts))


def invitation(email: str = "new@firm.example", **facts: Any) -> Invitation:
    plain: dict[str, Any] = {"invited_at": NOON, "expires_at": NOON + DAY}
    return Invitation.objects.create(vendor=business(), email=email, **(plain | facts))


def reminder() -> Reminder:
    held = Holding.objects.first() or holding()
    return Reminder.objects.create(
        holding=held, expires_on=NOON.date(), days_before=30, told_at=NOON
    )


def shared(kind: str = "dates", **facts: Any) -> SharedLink:
    return SharedLink.objects.create(vendor=business(), kind=kind, created_at=NOON, **facts)


def interest() -> Interest:
    purchase = Opportunity.objects.first() or OpportunityFactory.create()
    return Interest.objects.create(vendor=business(), opportunity=purchase, shown_at=NOON)


def match_with(**facts: Any) -> RegisterMatch:
    plain: dict[str, Any] = {"name_key": "a", "listed_name": "A", "suggested_at": NOON}
    return RegisterMatch.objects.create(vendor=business(), **(plain | facts))


def decided_match(**facts: Any) -> RegisterMatch:
    return match_with(
        **({"state": "confirmed", "decided_at": NOON, "decided_by": StaffFactory.create()} | facts)
    )


LEASE = {"lease_token": uuid.UUID(int=1), "lease_until": NOON}

# The name of each constraint, with what breaks it.
BREAKING: dict[str, list[Callable[[], object]]] = {
    "user_email_once_whatever_its_capitals": [
        lambda: [StaffFactory.create(email=email) for email in ("ann@law.example", "ANN@law.example")],
    ],
    "commodity_code_once_per_scheme": [twice(code, scheme="nigp", code="1")],
    "opportunity_published_since_when": [change(OpportunityFactory.create, stage="published")],
    "opportunity_mwbe_method_not_for_human_services": [purchase(industry="human-services")],
    "opportunity_value_from_at_most_value_up_to": [
        purchase(value_min=Decimal("1.01"), value_max=Decimal(1))
    ],
    "opportunity_value_between_nothing_and_a_billion": [
        purchase(value_min=Decimal("-0.01")),
        purchase(value_max=Decimal("-0.01")),
        purchase(value_min=Decimal("1000000000.01")),
        purchase(value_max=Decimal("1000000000.01")),
    ],
    "opportunity_expected_day_exactly_when_known": [
        purchase(expected_precision="day"),
        change(OpportunityFactory.create, expected_on=date(2027, 1, 1)),
    ],
    "opportunity_opens_before_it_is_due": [
        purchase(due_at=NOON),
        purchase(opens_at=NOON, due_at=NOON),
    ],
    "opportunity_questions_before_responses": [
        purchase(opens_at=NOON - DAY, due_at=NOON, questions_due_at=NOON + timedelta(seconds=1))
    ],
    "opportunity_moments_are_real": [
        purchase(opens_at=NOON, due_at=datetime(2090, 1, 1, tzinfo=UTC)),
        purchase(opens_at=datetime(9999, 12, 31, tzinfo=UTC)),
        purchase(questions_due_at=datetime(2090, 1, 1, tzinfo=UTC)),
    ],
    "opportunity_questions_after_opening": [
        purchase(opens_at=NOON, due_at=NOON + DAY, questions_due_at=NOON)
    ],
    "opportunity_outcome_with_all_that_belongs_to_it": [
        decided(outcome="awarded"),
        decided(outcome="awarded", award_vendor="A firm", award_value=1),
        decided(outcome="awarded", award_vendor="A firm", awarded_on=NOON),
        decided(outcome="awarded", award_value=1, awarded_on=NOON),
        decided(outcome="awarded", cancel_reason="Why", **AWARD),
        decided(outcome="awarded", decided_at=None, **AWARD),
        decided(outcome="awarded", stage="draft", **AWARD),
        decided(outcome="cancelled"),
        decided(outcome="cancelled", cancel_reason="Why", decided_at=None),
        decided(outcome="cancelled", cancel_reason="Why", **AWARD),
        decided(outcome="cancelled", cancel_reason="Why", stage="draft"),
        decided(outcome=""),
        decided(outcome="", decided_at=None, award_vendor="A firm"),
        decided(outcome="", decided_at=None, cancel_reason="Why"),
    ],
    "opportunity_award_above_nothing_up_to_a_billion": [
        decided(outcome="awarded", **(AWARD | {"award_value": amount}))
        for amount in (Decimal(0), Decimal("1000000000.01"))
    ],
    "opportunity_renews_another_one": [renewing_itself],
    "document_neither_empty_nor_too_large": [lambda: document(size=0), lambda: document(size=LARGEST_FILE + 1)],
    "document_name_once_per_opportunity": [lambda: [document(), document()]],
    "opportunities.OpportunityDocument.key": [
        lambda: [document(name=name, key=uuid.UUID(int=1)) for name in ("a.pdf", "b.pdf")]
    ],
    "tally_once_per_combination": [twice(tally)],
    "tally_never_below_nothing": [lambda: tally(count=-1)],
    "opportunities.SearchWord.word": [twice(SearchWord.objects.create, word="boards")],
    "opportunity_solicitation_epin_once": [
        twice(OpportunityFactory.create, solicitation_epin="02527Y0001")
    ],
    "import_lease_whole_and_never_once_finished": [
        lambda: run(lease_token=uuid.UUID(int=1)),
        lambda: run(lease_until=NOON),
        lambda: run(state="done", finished_at=NOON, **LEASE),
    ],
    "import_finished_exactly_when_over": [
        lambda: run(state="done"),
        lambda: run(state="checking", finished_at=NOON),
    ],
    "import_checks_no_more_than_there_is": [
        lambda: run(checked_count=1),
        lambda: run(checked_part_count=1),
    ],
    "import_part_once_per_run": [
        lambda: [made() for made in [twice(ImportPart.objects.create, run=run(), is_rows=True, number=0, content=b"x")]]
    ],
    "import_row_once_per_run": [
        lambda: [made() for made in [twice(ImportRow.objects.create, run=run(), number=1, verdict="create")]]
    ],
    "opportunities.Origin.key": [
        lambda: [made() for made in [twice(Origin.objects.create, key="plan:1", opportunity=OpportunityFactory.create())]]
    ],
    "register_is_one": [lambda: Register.objects.create(pk=2)],
    "register_match_once_per_vendor": [twice(match_with)],
    "register_match_confirmed_once_per_vendor": [
        lambda: [decided_match(name_key=key) for key in ("a", "b")]
    ],
    "register_match_decided_by_whom_and_when": [
        lambda: match_with(state="confirmed"),
        lambda: decided_match(decided_by=None),
        lambda: decided_match(decided_at=None),
        lambda: decided_match(state="suggested"),
    ],
    "limit_once_per_day": [
        twice(limit),
        twice(limit, effective_on=None),
        lambda: [limit(kind="listing-cap", agency=Agency.objects.get()) for _ in range(2)],
    ],
    "limit_is_positive": [lambda: limit(amount=0)],
    "limit_of_an_agency_exactly_for_listing_caps": [
        lambda: limit(kind="listing-cap"),
        lambda: limit(agency=Agency.objects.get()),
        lambda: limit(kind="floor", agency=Agency.objects.get()),
    ],
    "change_log_is_one": [lambda: ChangeLog.objects.create(pk=2)],
    "revision_number_once_per_opportunity": [lambda: [revision(1, 1), revision(1, 2)]],
    "revision_undoes_exactly_when_its_kind_says_so": [
        lambda: revision(1, 1, "undone"),
        lambda: revision(2, 2, "amended", undoes=revision(1, 1)),
    ],
    "letter_once_per_slot": [change(lambda: [letter(moment=NOON), letter(moment=NOON)][1], slot="letter-0")],
    "letter_lease_exactly_while_being_sent": [
        letter_in("leased"),
        letter_in("leased", lease_token=uuid.UUID(int=1)),
        letter_in("leased", lease_until=NOON),
        letter_in("ready", **LEASE),
        letter_in("sent", finished_at=NOON, **LEASE),
    ],
    "letter_finished_exactly_when_no_longer_owed": [
        letter_in("sent"),
        letter_in("cancelled"),
        letter_in("ready", finished_at=NOON),
        letter_in("leased", finished_at=NOON, **LEASE),
    ],
    "channel_is_one": [lambda: Channel.objects.create(pk=2)],
    "subscription_once_per_search_while_it_lasts": [wish],
    "match_once_per_reason": [twice(match)],
    "subscriber_who_waits_knows_until_when": [
        change(subscriber, frequency="daily"),
        change(subscriber, frequency="weekly"),
        change(subscriber, paused_until=NOON),
    ],
    "subscriber_day_of_a_week_and_hour_of_a_day": [
        change(subscriber, weekday=7),
        change(subscriber, hour=24),
    ],
    "subscription_wants_something": [
        change(lambda: subscribe("reader@example.com", moment=NOON), **NO_WISH)
    ],
    "search_key_once_per_search": [twice(filed)],
    "search_key_says_what_is_asked": [change(filed, asks="")],
    "occasion_once_per_date": [twice(occasion)],
    "provider_tokens_not_below_nothing": [
        lambda: Provider.objects.create(domain="a.example", tokens=-0.1, counted_at=NOON)
    ],
    "report_once_per_event": [
        twice(Report.objects.create, source="a", event_id="1", kind="full", at=NOON)
    ],
    "letters.KindOnTrial.kind": [twice(KindOnTrial.objects.create, kind="alerts.news")],
    "letters.Provider.domain": [
        twice(Provider.objects.create, domain="a.example", tokens=1, counted_at=NOON)
    ],
    "matching_cursor_is_one": [lambda: MatchingCursor.objects.create(pk=2)],
    "opportunity_award_epin_once": [twice(OpportunityFactory.create, award_epin="02527W0001001")],
    "vendor_has_a_name": [change(business, name="")],
    "vendor_disclosure_answer_with_its_day": [
        change(business, reaches_disclosure="yes"),
        change(business, disclosure_asked_on=NOON.date()),
    ],
    "member_once_per_vendor": [lambda: member(user=business().memberships.get().user)],
    "member_owner_key_exactly_for_owners": [
        lambda: member(role="owner"),
        lambda: member(owner_key=uuid.UUID(int=1)),
    ],
    "invitation_once_per_address_while_open": [
        lambda: [invitation(email) for email in ("ann@firm.example", "ANN@firm.example")],
    ],
    "invitation_ends_after_it_begins": [lambda: invitation(expires_at=NOON)],
    "holding_once_per_vendor_and_requirement": [twice(holding)],
    "holding_begins_before_it_ends": [
        held(issued_on=NOON.date(), expires_on=NOON.date() - DAY),
    ],
    "holding_not_issued_in_the_future": [held(issued_on=NOON.date() + DAY)],
    "holding_days_are_real": [
        held(expires_on=date(2090, 1, 1)),
        held(expires_on=date(1999, 12, 31)),
        held(issued_on=date(1999, 12, 31)),
        held(issued_on=date(2090, 1, 1), changed_on=date(2090, 1, 1)),
    ],
    "holding_verified_by_whom_how_and_when": [
        verified(verified_by=None),
        verified(verified_how=""),
        verified(verified_on=None),
        verified(state="declared"),
        held(state="verified"),
    ],
    "holding_rejected_with_its_reason": [held(state="rejected"), held(rejection="No.")],
    "reminder_once_per_day_it_ends_and_distance": [twice(reminder)],
    "shared_link_of_an_adviser_ends": [
        lambda: shared("adviser"),
        lambda: shared("adviser", expires_at=NOON),
    ],
    "shared_link_to_dates_one_at_a_time": [twice(shared)],
    "interest_once_while_it_stands": [twice(interest)],
    # Of single fields.
    "vendors.SharedLink.secret": [lambda: [shared("adviser", secret="a", expires_at=NOON + DAY) for _ in range(2)]],
    "vendors.Vendor.key": [change(lambda: [VendorFactory.create(), VendorFactory.create(key=uuid.UUID(int=1))][0], key=uuid.UUID(int=1))],
    "vendors.Membership.owner_key": [
        lambda: [member(role="owner", owner_key=uuid.UUID(int=1)) for _ in range(2)],
    ],
    "vendors.Invitation.key": [
        lambda: [invitation(f"{n}@firm.example", key=uuid.UUID(int=1)) for n in range(2)],
    ],
    "opportunities.Agency.name": [
        lambda: Agency.objects.create(name="Law Department", budget_code="999")
    ],
    "opportunities.Agency.budget_code": [
        lambda: Agency.objects.create(name="Another", budget_code="025")
    ],
    "opportunities.Opportunity.reference": [twice(OpportunityFactory.create, reference="boards")],
    "opportunities.Revision.sequence": [lambda: [revision(1, 1), revision(2, 1)]],
    "opportunities.Opportunity.taken_back_from": [taken_back_twice],
    "opportunities.Revision.undoes": [undone_twice],
    "opportunities.PlannedPublication.opportunity": [twice(planned)],
    "opportunities.OfficialLink.key": [lambda: OfficialLink.objects.create(key="pip", title="PIP")],
    "letters.Letter.public_id": [
        lambda: Letter.objects.filter(pk=letter(moment=NOON).pk).update(public_id=letter(moment=NOON).public_id),
    ],
    "letters.LetterBody.letter": [lambda: type(letter(moment=NOON).body).objects.bulk_create([Letter.objects.get().body])],
    "letters.Suppression.address_hash": [
        twice(Suppression.objects.create, address_hash="a", reason="refused", at=NOON)
    ],
    "alerts.Subscriber.email_key": [
        twice(Subscriber.objects.create, email_key="reader@example.com", created_at=NOON)
    ],
    "alerts.SavedSearch.digest": [twice(SavedSearch.objects.create, digest="a", stored={})],
}  # fmt: skip


def constraints() -> Iterator[tuple[str, list[str]]]:
    """Name every constraint, and every field that is unique by itself, of our own models, with its columns."""
    ours: Any = [app for app in apps.get_app_configs() if Path(app.path).parent == ROOT]
    for model in (model for app in ours for model in app.get_models()):
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            fields = getattr(constraint, "fields", ())
            yield (
                constraint.name,
                [f"{table}.{model._meta.get_field(field).column}" for field in fields],
            )
        for field in model._meta.local_fields:
            if field.unique and not isinstance(field, models.AutoField):
                yield f"{model._meta.label}.{field.name}", [f"{table}.{field.column}"]


def test_every_constraint_has_an_example_that_breaks_it():
    assert sorted(name for name, _columns in constraints()) == sorted([*BREAKING, *IMPLIED])


@pytest.mark.parametrize(
    ("name", "break_it"),
    [(name, example) for name, examples in BREAKING.items() for example in examples],
    ids=[f"{name}-{n}" for name, examples in BREAKING.items() for n in range(len(examples))],
)
def test_the_database_refuses_what_breaks_the_constraint(name, break_it):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        break_it()

    columns = dict(constraints())[name]
    assert is_about(str(refusal.value), name, columns), str(refusal.value)


def is_about(message: str, constraint: str, columns: list[str]) -> bool:
    """Whether the database's message is about this constraint; of a unique one SQLite names the columns."""
    if not columns or connection.vendor == "postgresql":
        column = columns[0].replace(".", "_") if "." in constraint else constraint
        return column in message or f'"{columns[0].partition(".")[0]}_pkey"' in message
    return f"UNIQUE constraint failed: {', '.join(columns)}" == message


@pytest.mark.parametrize(
    "allowed",
    [
        purchase(value_min=Decimal(0), value_max=Decimal(1_000_000_000)),
        purchase(opens_at=NOON - DAY, due_at=NOON, questions_due_at=NOON),
        purchase(
            opens_at=NOON - DAY, due_at=NOON, questions_due_at=NOON - DAY + timedelta(seconds=1)
        ),
        decided(outcome="awarded", **(AWARD | {"award_value": Decimal("0.01")})),
        decided(
            outcome="awarded",
            stage="withdrawn",
            **(AWARD | {"award_value": Decimal(1_000_000_000)}),
        ),
        decided(outcome="cancelled", cancel_reason="Why"),
        lambda: [
            document(removed_at=NOON),
            document(),
            document(name="other.pdf", size=LARGEST_FILE),
        ],
        twice(OpportunityFactory.create, solicitation_epin=""),
        lambda: [
            OpportunityFactory.create(solicitation_epin="02527Y0001", **facts)
            for facts in ({"stage": "withdrawn", "published_at": NOON}, {})
        ],
        lambda: revision(2, 2, "withdrawn", undoes=revision(1, 1)),
        lambda: [code(scheme=scheme, code="1") for scheme in ("nyc", "nigp")],
        lambda: [limit(effective_on=day) for day in (date(2027, 1, 1), date(2027, 1, 2))],
        letter_in("leased", **LEASE),
        letter_in("cancelled", finished_at=NOON),
        held(issued_on=NOON.date(), expires_on=NOON.date()),
        held(issued_on=date(2000, 1, 1), expires_on=date(2089, 12, 31)),
        verified(),
        held(state="rejected", rejection="It is somebody else’s."),
        lambda: member(role="owner", owner_key=uuid.UUID(int=1)),
        lambda: [
            invitation(accepted_at=NOON),
            invitation(),
        ],
        change(subscriber, frequency="daily", next_letter_at=NOON, hour=23, weekday=6),
        change(subscriber, paused_until=NOON, next_letter_at=NOON),
        change(
            lambda: subscribe("reader@example.com", moment=NOON),
            **(NO_WISH | {"wants_closing": True}),
        ),
    ],
)
def test_the_database_allows_what_lies_just_inside(allowed):
    allowed()
