"""The publish screen, the box with Undo, the review of a change, and preview: seen before it is done."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from letters.models import Letter
from opportunities import actions, telling
from opportunities.models import ChangeLog, Opportunity, PlannedPublication, Revision
from opportunities.search import Search
from tests.alerting.post import part, tick
from tests.browsing.pages import fields, heading, text
from tests.factories import OpportunityFactory, StaffFactory, subscribe
from tests.posting.test_desk import FORM, LIST, change, said, send

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOARDS = Search(words=("board",), text="boards")


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 15


@pytest.fixture
def desk(client, noon):
    client.force_login(StaffFactory.create(email="officer@law.example"))
    return client


def page(purchase, name):
    return f"{LIST}{purchase.pk}/{name}/"


def press(client, purchase, button, **typed):
    form = fields(client.get(page(purchase, "publish")), form="publish_form")
    return client.post(page(purchase, "publish"), form | typed | {button: "1"})


def reach(answer):
    found = re.search(r'<p id="reach">(.*?)</p>', text(answer), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def three_and_one(noon):
    for search in (Search(), BOARDS, Search(words=("display",), text="display")):
        subscribe("three@example.com", search, moment=noon - DAY)
    subscribe("one@example.com", BOARDS, moment=noon - DAY)


def test_the_screen_counts_people_shows_the_letter_and_changes_nothing(desk, noon):
    three_and_one(noon)
    draft = OpportunityFactory.create(title="Display boards", value_max=Decimal(80_000))
    before = (ChangeLog.objects.values_list("head", flat=True).first(), draft.reference)

    answer = desk.get(page(draft, "publish"))

    assert reach(answer).startswith("2 people in a letter once the wait is over; 0 people in their")
    assert "New: Display boards" in text(answer)
    draft.refresh_from_db()
    assert (draft.stage, Revision.objects.count(), Letter.objects.filter(kind="alerts.news").count()) == ("draft", 0, 0)  # fmt: skip
    assert (ChangeLog.objects.values_list("head", flat=True).first(), draft.reference) == before


def test_people_are_counted_while_nobody_is_kept_from_publishing(desk, noon, monkeypatch):
    three_and_one(noon)
    draft = OpportunityFactory.create(title="Display boards")
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)
    real, stored = telling.reach, []

    def reach_of(revision):
        stored.append(Revision.objects.filter(pk=revision.pk).exists())
        return real(revision)

    monkeypatch.setattr(telling, "reach", reach_of)
    answers = [desk.get(page(draft, "publish")), review(desk, listed, value_max="9000")]
    unasked = [desk.get(page(draft, name)) for name in ("preview", "publish/letter")]

    assert [reach(answer)[:8] for answer in answers] == ["2 people", "2 people"]
    assert [answer.status_code for answer in unasked] == [200, 200]
    assert stored == [False, False]  # once for each: the rehearsal and its locks are over


def test_the_letter_on_the_screen_is_the_letter_that_is_sent(desk, noon):
    subscribe("reader@example.com", moment=noon - DAY)
    draft = OpportunityFactory.create(title="Display boards", value_max=Decimal(80_000))
    html = text(desk.get(page(draft, "publish/letter")))

    press(desk, draft, "_publish")
    (letter,) = tick(noon + HOUR)

    sent = part(letter, "html")
    without_links = re.compile(r'href="[^"]*"')
    assert without_links.sub("", html).split() == without_links.sub("", sent).split()


def test_it_is_published_as_it_was_looked_at_or_not_at_all(desk):
    draft = OpportunityFactory.create(title="Display boards")
    form = fields(desk.get(page(draft, "publish")), form="publish_form")
    Opportunity.objects.filter(pk=draft.pk).update(value_max=Decimal(9))

    answer = desk.post(page(draft, "publish"), form | {"_publish": "1"})

    assert answer.status_code == 200
    assert "It was changed while you looked at it." in said(answer)[0][1]
    assert not Opportunity.objects.public().exists()
    assert press(desk, draft, "_publish").status_code == 302


def test_after_publishing_there_is_undo_until_the_wait_is_over(desk, noon):
    three_and_one(noon)
    draft = OpportunityFactory.create(title="Display boards")
    press(desk, draft, "_publish")

    box = text(desk.get(change(draft)))
    form = {"number": "1"}
    undone = desk.post(page(draft, "undo"), form)
    again = desk.post(page(draft, "undo"), form)

    assert "Published: nobody was told yet. You can undo it until 12:15 p.m." in box
    assert "After that 2 people are told" in box
    left = Opportunity.objects.get(stage="draft")
    assert (undone.url, again.url) == (change(left), change(left))
    assert said(undone) == [("success", "It is undone. Nobody was told of it.")]
    assert tick(noon + HOUR) == []
    assert "Undo</" not in text(desk.get(change(left)))


def test_without_undo_each_gets_one_letter(desk, noon):
    three_and_one(noon)
    press(desk, OpportunityFactory.create(title="Display boards"), "_publish")

    assert len(tick(noon + HOUR)) == 2
    assert tick(noon + 2 * HOUR) == []


@pytest.mark.parametrize("number", ["", "2", "x", "9" * 40, "\u0661"])
def test_an_undo_that_means_nothing_is_refused_in_words(desk, noon, number):
    listed = OpportunityFactory.create(published=True, at=noon)

    answer = desk.post(page(listed, "undo"), {"number": number})

    assert (answer.url, [level for level, _words in said(answer)]) == (change(listed), ["error"])
    assert Opportunity.objects.public().count() == 1


def test_undo_is_a_press_and_never_a_link(desk, noon):
    listed = OpportunityFactory.create(published=True, at=noon)
    assert desk.get(page(listed, "undo")).status_code == 405


# --- Changes of what is public ---


def review(desk, purchase, what="all", **typed):
    form = fields(desk.get(change(purchase)), form=FORM)
    return desk.post(change(purchase), form | typed | {"_review": what})


def test_a_date_amended_and_a_typo_fixed_are_one_letter_with_the_net_difference(desk, noon):
    subscribe("reader@example.com", moment=noon - DAY)
    listed = OpportunityFactory.create(
        title="Dispaly boards", published=True, opens_at=noon + DAY, at=noon - HOUR
    )
    tick(noon)

    looked = review(
        desk, listed, title="Display boards", due_at_0="2027-02-02", note_to_vendors="More time."
    )
    assert (heading(looked), Revision.objects.count()) == ("Review the change", 1)
    assert reach(looked).startswith("1 person in a letter once the wait is over")
    assert "Responses due: was <del>" in text(looked)
    published = desk.post(change(listed), fields(looked, form="review_form") | {"_save": "1"})
    (letter,) = tick(noon + HOUR)

    assert published.status_code == 302
    words = part(letter, "plain")
    assert "was “Dispaly boards”, is now “Display boards”" in words
    assert "is now “Feb. 2, 2027" in words
    assert [(r.kind, r.note) for r in listed.revisions.order_by("number")][1] == (
        "extended",
        "More time.",
    )


@pytest.mark.parametrize(
    ("typed", "proposed", "decided", "letters"),
    [
        ({"title": "Displays"}, "no", "no", 0),
        ({"title": "Displays"}, "no", "yes", 1),
        ({"value_max": "9000"}, "yes", "yes", 1),
        ({"value_max": "9000"}, "yes", "no", 0),
    ],
)
def test_the_rule_proposes_and_staff_decide_whether_it_is_news(
    desk, typed, proposed, decided, letters
):
    noon = timezone.now()
    subscribe("reader@example.com", moment=noon - DAY)
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)
    tick(noon)

    form = fields(review(desk, listed, **typed), form="review_form")
    assert form["tell"] == [proposed]
    desk.post(change(listed), form | {"tell": decided, "_save": "1"})

    assert len(tick(noon + HOUR)) == letters
    assert listed.revisions.latest("number").is_material is (decided == "yes")


def test_looking_at_page_and_letter_alone_changes_nothing(desk, noon):
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)

    shown = review(desk, listed, "page", value_max="9000")
    letter = review(desk, listed, "letter", value_max="9000")

    assert ("Up to $9,000" in text(shown), "Up to $9,000" in text(letter)) == (True, True)
    assert shown["X-Robots-Tag"] == "noindex"
    assert "sandbox" in letter["Content-Security-Policy"]
    assert Revision.objects.count() == 1
    assert "9,000" not in text(desk.get(listed.get_absolute_url()))


def test_going_on_editing_shows_what_was_typed_and_saves_nothing(desk, noon):
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)
    looked = review(desk, listed, title="Displays")

    answer = desk.post(change(listed), fields(looked, form="review_form") | {"_edit": "1"})

    assert fields(answer, form=FORM)["title"] == ["Displays"]
    assert Revision.objects.count() == 1


def test_a_change_that_nobody_sees_says_so(desk, noon):
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)

    looked = review(desk, listed, internal_notes="Ask Ann.")

    assert "Nothing that the public sees changes." in text(looked)


def test_a_refused_change_is_shown_at_its_field_and_not_reviewed(desk, noon):
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)

    answer = review(desk, listed, value_max="500000.01")

    assert "value_max" in answer.context["adminform"].form.errors


# --- What else is done with it ---


@pytest.mark.parametrize(
    ("name", "typed", "said_of_it"),
    [
        ("extend", {"due_at_0": "2027-02-02", "note": "More time."}, "Responses due: was <del>"),
        ("cancel", {"cancel_reason": "The need ended."}, "The need ended."),
    ],
)
def test_who_is_told_of_a_step_is_seen_before_it_is_taken(desk, noon, name, typed, said_of_it):
    three_and_one(noon)
    subscribe("other@example.com", Search(words=("chair",), text="chairs"), moment=noon - DAY)
    listed = OpportunityFactory.create(title="Display boards", published=True, opens_at=noon - HOUR, due_at=noon + DAY, at=noon - HOUR)  # fmt: skip
    tick(noon)
    address = page(listed, f"step/{name}")
    form = fields(desk.get(address), form="step_form")

    looked = desk.post(address, form | typed | {"_review": "all"})
    kept = fields(looked, form="step_form")
    edited = desk.post(address, kept | {"_edit": "1"})
    before = Revision.objects.count()
    pressed = desk.post(address, kept)

    assert reach(looked).startswith("2 people in a letter once the wait is over")
    assert said_of_it in text(looked)
    assert (before, Revision.objects.count(), pressed.status_code) == (1, 2, 302)
    first, value = next(iter(typed.items()))
    assert fields(edited, form="step_form")[first] == [value]
    assert len(tick(noon + HOUR)) == 2


def test_a_step_that_is_refused_is_refused_at_the_look_and_one_that_is_done_says_so(desk, noon):
    listed = OpportunityFactory.create(
        published=True, opens_at=noon - DAY, due_at=noon + DAY, at=noon - DAY
    )
    address = page(listed, "step/extend")
    form = fields(desk.get(address), form="step_form")

    same = desk.post(address, form | {"_review": "all"})
    earlier = desk.post(address, form | {"due_at_0": "2027-01-12", "_review": "all"})

    assert said(same) == [("info", "It was so already. Nothing changed.")]
    assert (earlier.status_code, [*earlier.context["form"].errors]) == (200, ["due_at"])
    assert Revision.objects.count() == 1


# --- On a day ---


def test_a_day_is_chosen_seen_and_taken_off_again(desk, noon):
    draft = OpportunityFactory.create(title="Boards")

    press(desk, draft, "_plan", on_day="2027-01-15")
    assert "It becomes public when Jan. 15, 2027 begins" in text(desk.get(change(draft)))
    send(desk, change(draft), "_save", title="Other boards")
    assert "It was changed after the day was chosen." in text(desk.get(change(draft)))
    actions.publish_planned(moment=noon + 4 * DAY)
    assert "It was not published on its day" in text(desk.get(change(draft)))
    desk.post(page(draft, "publish"), {"_unplan": "1"})

    assert not PlannedPublication.objects.exists()
    assert Opportunity.objects.get().stage == "draft"


@pytest.mark.parametrize("day", ["", "2027-01-12", "2027-02-30", "9999-12-31", "x"])
def test_a_day_that_cannot_be_is_refused_in_words(desk, day):
    draft = OpportunityFactory.create(title="Boards")

    answer = press(desk, draft, "_plan", on_day=day)

    assert answer.status_code == 200
    assert "errorlist" in text(answer) or said(answer)
    assert not PlannedPublication.objects.exists()


# --- Preview, and who may ---


def article(answer):
    return text(answer).partition("<article")[2].partition("</article>")[0]


def test_a_draft_is_previewed_as_its_page_would_be_and_kept_nowhere(desk, client, noon):
    draft = OpportunityFactory.create(title="Display boards", summary="Two of them.")

    answer = desk.get(page(draft, "preview"))
    actions.publish(draft, by=None, moment=noon)
    public = desk.get(Opportunity.objects.get().get_absolute_url())

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in text(answer)
    assert "Preview for staff: this is not public." in text(answer)
    assert article(answer) == article(public)


def test_a_review_of_a_draft_is_a_plain_save(desk):
    draft = OpportunityFactory.create(title="Boards")

    assert review(desk, draft, title="Displays").status_code == 302
    assert Opportunity.objects.get().title == "Displays"


def test_what_is_public_needs_no_preview(desk, noon):
    listed = OpportunityFactory.create(published=True, at=noon)

    assert desk.get(page(listed, "preview")).url == listed.get_absolute_url()
    assert desk.get(page(listed, "publish")).url == change(listed)


@pytest.mark.parametrize("name", ["publish", "publish/letter", "preview", "undo"])
def test_strangers_are_sent_to_sign_in_and_nothing_is_told(client, noon, name):
    draft = OpportunityFactory.create(title="Display boards")

    answer = client.post(page(draft, name)) if name == "undo" else client.get(page(draft, name))

    assert answer.url.startswith("/admin/login/")


@pytest.mark.parametrize(
    ("may", "codes"),
    [
        (["view_opportunity"], [200, 403, 403, 403]),
        (["view_opportunity", "publish_opportunity"], [200, 200, 200, 302]),
        ([], [403, 403, 403, 403]),
    ],
)
def test_each_page_takes_its_permission(client, noon, may, codes):
    person, draft = StaffFactory.create(is_superuser=False), OpportunityFactory.create()
    person.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(person)

    answers = [client.get(page(draft, name)) for name in ("preview", "publish", "publish/letter")]
    answers.append(client.post(page(draft, "undo")))

    assert [answer.status_code for answer in answers] == codes


def test_what_is_not_there_is_a_404(desk):
    for key in ("0", "x", "9" * 30):
        for name in ("preview", "publish", "publish/letter"):
            assert desk.get(f"{LIST}{key}/{name}/").status_code == 404
        assert desk.post(f"{LIST}{key}/change/", {"_review": "all"}).status_code in {302, 404}


# --- Two at one form ---


def test_the_second_saver_sees_both_versions_and_loses_nothing(desk, noon):
    draft = OpportunityFactory.create(title="Boards", summary="One.")
    second = fields(desk.get(change(draft)), form=FORM)
    send(desk, change(draft), "_save", title="Theirs", keywords="screens", due_at_0="2027-02-02", due_at_1="14:00:00", opens_at_0="2027-01-20", opens_at_1="09:00:00")  # fmt: skip

    answer = desk.post(
        change(draft), second | {"title": "Mine", "contract_term": "A year", "_save": "1"}
    )

    draft.refresh_from_db()
    kept = fields(answer, form=FORM)
    assert (answer.status_code, draft.title, draft.contract_term) == (200, "Theirs", "")
    assert (kept["title"], kept["contract_term"], kept["keywords"]) == (["Mine"], ["A year"], ["screens"])  # fmt: skip
    assert (kept["due_at_0"], kept["due_at_1"]) == (["2027-02-02"], ["14:00:00"])
    both = answer.context["adminform"].form.collisions
    assert [(one.label, one.theirs, one.yours, one.is_taken) for one in both][:2] == [
        ("title", "Theirs", "Mine", False),
        ("other words", "screens", "blank", True),
    ]

    assert desk.post(change(draft), kept | {"_save": "1"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.contract_term, draft.keywords) == ("Mine", "A year", "screens")


def test_two_tabs_that_typed_the_same_do_not_collide(desk):
    draft = OpportunityFactory.create(title="Boards", summary="One.\nTwo.")
    tabs = [fields(desk.get(change(draft)), form=FORM) for _tab in range(2)]

    codes = [
        desk.post(change(draft), tab | {"title": "Displays", "_save": "1"}).status_code
        for tab in tabs
    ]

    assert codes == [302, 302]


def test_who_saves_a_draft_that_is_public_by_now_is_told_before_it_counts(desk, noon):
    draft = OpportunityFactory.create(title="Boards")
    second = fields(desk.get(change(draft)), form=FORM)
    actions.publish(draft, by=None, moment=noon)

    answer = desk.post(change(draft), second | {"title": "Displays", "_save": "1"})

    assert answer.status_code == 200
    assert "What you save next is public at once." in text(answer)
    assert Opportunity.objects.get().title == "Boards"
    assert fields(answer, form=FORM)["title"] == ["Displays"]


def test_a_change_of_what_is_public_collides_as_well(desk, noon):
    listed = OpportunityFactory.create(title="Boards", published=True, at=noon - HOUR)
    second = fields(desk.get(change(listed)), form=FORM)
    send(desk, change(listed), "_save", value_max="9000")

    answer = desk.post(change(listed), second | {"value_max": "8000", "_review": "all"})

    assert [(one.theirs, one.yours) for one in answer.context["adminform"].form.collisions] == [
        ("9000.00", "8000")
    ]


@pytest.mark.parametrize("seen", ["", "x", "[]", "{}", '{"title": 7}', "9" * 9000, "[" * 100_000])
def test_a_spoiled_seen_is_no_error(desk, seen):
    draft = OpportunityFactory.create(title="Boards")
    form = fields(desk.get(change(draft)), form=FORM)

    assert desk.post(change(draft), form | {"seen": seen, "_save": "1"}).status_code in {200, 302}


def test_copy_is_offered_for_a_draft_and_pressed_twice_makes_one(desk):
    draft = OpportunityFactory.create(title="Boards")
    address = page(draft, "step/copy")
    form = fields(desk.get(address), form="step_form")

    answers = [desk.post(address, form) for _press in range(2)]

    copy = Opportunity.objects.exclude(pk=draft.pk).get()
    assert [answer.url for answer in answers] == [change(copy)] * 2
