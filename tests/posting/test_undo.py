"""Taking back a public change before anybody was told: the log says so, and everything is as it was."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from alerts import ticking
from alerts.actions import confirm
from alerts.models import Match, MatchingCursor, Subscriber
from letters.models import Letter, Suppression
from letters.suppression import suppress
from opportunities import actions, attaching, telling
from opportunities.models import Opportunity
from opportunities.publishing import Award, Refused
from opportunities.revisions import row_of
from opportunities.search import Search
from opportunities.slippage import deadline_moved
from tests.alerting.post import part, tick
from tests.factories import OpportunityFactory, StaffFactory, subscribe

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOLD = 15 * MINUTE
A_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 15


def listed(noon, title="Display boards", **facts):
    return OpportunityFactory.create(title=title, published=True, at=noon, **facts)


def undo(purchase, moment, number=None, by=None):
    number = number or purchase.revisions.latest("number").number
    return actions.undo(purchase, number, by=by, moment=moment)


def log(purchase):
    return list(
        purchase.revisions.order_by("number").values_list("number", "kind", "undoes__number")
    )


def pdf(name):
    return ContentFile(A_PDF, name=name)


# --- A publication ---


def test_an_undone_publication_leaves_a_tombstone_and_a_draft_with_every_fact(client, noon):
    officer = StaffFactory.create()
    purchase = listed(
        noon,
        value_max=Decimal(80_000),
        opens_at=noon + DAY,
        internal_notes="Ask Ann.",
        created_by=officer,
    )
    attaching.attach(purchase, pdf("Scope.pdf"), by=officer, moment=noon)
    actions.undo(purchase, 2, by=officer, moment=noon + MINUTE)
    attaching.attach(purchase, pdf("Scope.pdf"), by=officer, moment=noon)
    address, before = purchase.get_absolute_url(), row_of(Opportunity.objects.get(pk=purchase.pk))

    with pytest.raises(Refused, match="Something was changed after it"):
        undo(purchase, noon + 2 * MINUTE, number=1)
    undo(purchase, noon + 2 * MINUTE, by=officer)
    draft = undo(purchase, noon + 3 * MINUTE, number=1, by=officer)

    purchase.refresh_from_db()
    assert (purchase.stage, draft.stage, draft.taken_back_from) == ("withdrawn", "draft", purchase)
    assert (row_of(draft), draft.internal_notes, draft.created_by) == (before, "Ask Ann.", officer)
    assert log(purchase)[-1] == (6, "withdrawn", 1)
    assert (client.get(address).status_code, client.get(draft.get_absolute_url()).status_code) == (
        410,
        404,
    )


def test_documents_go_on_with_the_draft_and_are_kept_even_when_removed_there(noon):
    draft = OpportunityFactory.create()
    document = attaching.attach(draft, pdf("Scope.pdf"), by=None, moment=noon)
    actions.publish(draft, by=None, moment=noon)

    again = undo(draft, noon + MINUTE)
    attaching.remove(again.documents.get(), by=None, moment=noon)

    document.refresh_from_db()
    assert (document.opportunity, document.removed_at) == (again, noon)
    assert document.file.storage.exists(document.file.name or "")
    assert [one["name"] for one in draft.revisions.get(number=1).snapshot["documents"]] == [
        "Scope.pdf"
    ]


def test_nobody_hears_of_an_undone_publication_and_everybody_of_the_next_one(noon):
    subscribe("reader@example.com", moment=noon)
    draft = undo(listed(noon), noon + 14 * MINUTE)

    assert tick(noon + HOUR) == []
    actions.publish(draft, by=None, moment=noon + HOUR)
    (letter,) = tick(noon + 2 * HOUR)

    assert letter["Subject"] == "New: Display boards"
    assert tick(noon + 3 * HOUR) == []
    assert Match.objects.count() == 1


def test_who_confirms_after_the_undoing_is_not_told_of_it(noon):
    wish = subscribe("reader@example.com", confirmed=False, moment=noon)
    purchase = listed(noon, value_max=Decimal(1))
    tick(noon + HOUR)
    purchase.value_max = Decimal(2)
    actions.amend(purchase, by=None, moment=noon + HOUR)
    undo(purchase, noon + HOUR + MINUTE)
    tick(noon + 2 * HOUR)

    confirm(wish.subscriber, [wish.pk], moment=noon + 2 * HOUR)

    assert list(Match.objects.values_list("revision__number", "reason")) == [(1, "new")]


# --- Any other change ---


def amend(purchase, at):
    purchase.title, purchase.value_max, purchase.naics = "Boards", Decimal("90000.50"), None
    purchase.expected_precision, purchase.expected_on = "month", at.date()
    actions.amend(purchase, by=None, moment=at, note="Why not.")


def attach(purchase, at):
    attaching.attach(purchase, pdf("Other.pdf"), by=None, moment=at)


def remove(purchase, at):
    attaching.remove(purchase.documents.get(), by=None, moment=at)


CHANGES = {
    "amended": amend,
    "extended": lambda purchase, at: actions.extend(
        purchase, purchase.due_at + DAY, by=None, moment=at
    ),
    "confirmed": lambda purchase, at: actions.confirm(purchase, by=None, moment=at),
    "cancelled": lambda purchase, at: actions.cancel(purchase, reason="No.", by=None, moment=at),
    "a document more": attach,
    "a document less": remove,
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_undone_change_leaves_the_former_facts_and_both_entries_in_the_log(client, noon, name):
    purchase = listed(noon, value_max=Decimal(80_000), opens_at=noon + DAY)
    attaching.attach(purchase, pdf("Scope.pdf"), by=None, moment=noon)
    tick(noon + HOUR)
    purchase.refresh_from_db()
    row, facts = row_of(purchase), purchase.revisions.latest("number").snapshot
    page = client.get("/opportunities/").content

    CHANGES[name](Opportunity.objects.get(pk=purchase.pk), noon + 2 * HOUR)
    changed = purchase.revisions.latest("number").number
    undone = undo(purchase, noon + 2 * HOUR + MINUTE)

    assert (undone, row_of(undone)) == (purchase, row)
    last = purchase.revisions.latest("number")
    assert (changed, log(purchase)[-1], last.snapshot) == (3, (4, "undone", 3), facts)
    assert not last.is_material
    assert client.get("/opportunities/").content == page
    assert "Taken back" in client.get(purchase.get_absolute_url()).content.decode()


def test_an_undone_award_may_be_recorded_anew(noon):
    purchase = listed(noon)
    first, other = (Award(vendor, Decimal(9), noon.date()) for vendor in ("A firm", "Another"))
    actions.award(purchase, first, by=None, moment=noon + HOUR)

    undone = undo(purchase, noon + HOUR)
    again = actions.award(purchase, other, by=None, moment=noon + HOUR)

    assert (undone.outcome, undone.award_vendor, undone.decided_at) == ("", "", None)
    assert again.award_vendor == "Another"


def test_undone_changes_are_no_news_and_no_slip_and_later_ones_are_told_as_one(noon):
    subscribe("reader@example.com", moment=noon)
    purchase = listed(noon, opens_at=noon + DAY, value_max=Decimal(80_000))
    tick(noon + HOUR)
    actions.extend(purchase, purchase.due_at + DAY, by=None, moment=noon + HOUR)
    purchase = undo(purchase, noon + HOUR + MINUTE)
    assert tick(noon + 2 * HOUR) == []

    purchase.value_max = Decimal(90_000)
    actions.amend(purchase, by=None, moment=noon + 3 * HOUR)
    (letter,) = tick(noon + 4 * HOUR)

    text = part(letter, "plain")
    assert ("is now “Up to $90,000”" in text, "Responses due: was" in text) == (True, False)
    assert not deadline_moved(list(purchase.revisions.order_by("number")))


def test_what_may_yet_be_undone_is_in_no_letter_about_what_came_before(noon):
    subscribe("reader@example.com", moment=noon)
    purchase = listed(noon, value_max=Decimal(80_000))
    purchase.value_max = Decimal(90_000)
    actions.amend(purchase, by=None, moment=noon + 10 * MINUTE)

    assert tick(noon + 16 * MINUTE) == []
    undo(purchase, noon + 20 * MINUTE)
    assert [part(one, "plain").count("80,000") for one in tick(noon + 36 * MINUTE)] == [1]


# --- When it is too late, and twice ---


@pytest.mark.parametrize(
    ("after", "possible"),
    [(HOLD - timedelta(seconds=1), True), (HOLD, False), (HOLD + timedelta(seconds=1), False)],
)
def test_undo_ends_with_the_hold(noon, after, possible):
    purchase = listed(noon)
    assert bool(actions.undoable(purchase, moment=noon + after)) is possible
    if possible:
        undo(purchase, noon + after)
    else:
        with pytest.raises(
            Refused, match=r"until 12:15 p.m.; .* Correct the purchase, or cancel it"
        ):
            undo(purchase, noon + after)


def test_undo_is_refused_once_matching_has_begun_whatever_its_clock_says(noon):
    subscribe("reader@example.com", moment=noon)
    purchase = listed(noon)
    ticking.tick(clock=lambda: noon + HOLD)

    with pytest.raises(Refused, match="by now people are being told"):
        undo(purchase, noon + MINUTE)

    assert purchase.revisions.count() == 1


def test_matching_in_the_middle_of_its_searches_has_begun(noon):
    purchase = listed(noon)
    MatchingCursor.objects.create(pk=1, saved_search_pk=7)

    assert telling.has_begun(purchase.revisions.get())
    assert actions.undoable(purchase, moment=noon) is None


def test_undoing_twice_changes_nothing(noon):
    purchase = listed(noon)

    drafts = [undo(purchase, noon + MINUTE, number=1) for _press in range(2)]

    assert drafts[0] == drafts[1]
    assert (Opportunity.objects.count(), purchase.revisions.count()) == (2, 2)


def test_what_was_withdrawn_or_never_public_cannot_be_undone(noon):
    draft, purchase = OpportunityFactory.create(), listed(noon)
    actions.withdraw(purchase, reason="A mistake.", by=None, moment=noon)

    for one in (draft, purchase):
        with pytest.raises(Refused):
            actions.undo(one, 2, by=None, moment=noon)
    assert actions.undoable(draft, moment=noon) is None


def test_without_a_hold_nothing_can_be_undone(noon, settings):
    settings.PUBLISH_HOLD_MINUTES = 0
    assert actions.undoable(listed(noon), moment=noon) is None


# --- Who would be told ---


def reach(purchase):
    return telling.reach(purchase.revisions.latest("number"))


def letter(purchase, moment):
    return telling.letter(purchase.revisions.latest("number"), moment=moment)


def test_people_are_counted_once_and_as_many_as_get_a_letter(noon):
    for search in (
        Search(),
        Search(words=("board",), text="boards"),
        Search(words=("display",), text="display"),
    ):
        subscribe("three@example.com", search, moment=noon - DAY)
    subscribe("one@example.com", Search(words=("board",), text="boards"), moment=noon - DAY)
    subscribe("other@example.com", Search(words=("chair",), text="chairs"), moment=noon - DAY)
    purchase = listed(noon)

    found, sample = reach(purchase), letter(purchase, noon)
    letters = tick(noon + HOUR)

    assert (found.now, found.later, len(letters)) == (2, 0, 2)
    assert sample.subject == letters[0]["Subject"] == "New: Display boards"
    assert Match.objects.count() == 4  # none of them of a rehearsal


def test_who_gets_letters_once_a_day_or_takes_none_is_told_apart(noon):
    for name in ("now", "daily", "closed"):
        subscribe(f"{name}@example.com", moment=noon - DAY)
    daily = Subscriber.objects.filter(email="daily@example.com")
    daily.update(frequency="daily", next_letter_at=noon + DAY)
    suppress("closed@example.com", reason=Suppression.Reason.REFUSED, moment=noon)
    purchase = listed(noon)

    found = reach(purchase)

    assert (found.now, found.later) == (1, 1)
    tick(noon + HOUR)
    written = Letter.objects.filter(kind="alerts.news").values_list("to_address", "state")
    assert set(written) == {("now@example.com", "ready"), ("closed@example.com", "suppressed")}
    assert [letter["To"] for letter in tick(noon + 2 * DAY)] == ["daily@example.com"]


def test_who_heard_of_it_is_counted_for_a_change_that_their_search_no_longer_finds(noon):
    subscribe("reader@example.com", Search(words=("board",), text="boards"), moment=noon - DAY)
    subscribe("screens@example.com", Search(words=("screen",), text="screens"), moment=noon - DAY)
    purchase = listed(noon)
    tick(noon + HOUR)
    purchase.title, purchase.value_max = "Screens", Decimal(1000)
    actions.amend(purchase, by=None, moment=noon + HOUR)

    found = reach(purchase)
    letters = tick(noon + 2 * HOUR)

    assert sorted((group.reason, group.count) for group in found.groups) == [
        ("Their search finds it", 1),
        ("They were told of it before", 1),
    ]
    assert found.count == len(letters) == 2


def test_nobody_would_be_told_of_what_is_cosmetic(noon):
    subscribe("reader@example.com", moment=noon - DAY)
    purchase = listed(noon)
    purchase.title = "Displays boards"
    actions.amend(purchase, by=None, moment=noon + MINUTE)

    assert (reach(purchase).count, letter(purchase, noon)) == (0, None)
