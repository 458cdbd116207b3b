"""The desk in Django admin: drafting, publishing and correcting, and who may do which."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.utils.html import strip_tags

from opportunities.models import Opportunity, Revision
from tests.browsing.pages import fields, text
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db

ADD = "/admin/opportunities/opportunity/add/"
LIST = "/admin/opportunities/opportunity/"
FORM = "opportunity_form"
ADDRESSES = [ADD, LIST]


def change(purchase):
    return f"{LIST}{purchase.pk}/change/"


def delete(purchase):
    return f"{LIST}{purchase.pk}/delete/"


def said(response):
    return [
        (message.level_tag, strip_tags(str(message)))
        for message in get_messages(response.wsgi_request)
    ]


@pytest.fixture
def desk(client, noon):
    """A browser in which an officer who may do everything is signed in."""
    client.force_login(StaffFactory.create(email="officer@law.example"))
    return client


@pytest.fixture
def sign_in(client, noon):
    """Return a function that signs in somebody with these permissions and no others."""

    def sign_in(*names):
        person = StaffFactory.create(is_superuser=False)
        person.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(person)
        return client

    return sign_in


def send(client, address, press, **typed):
    """Open the form, type these values over what it shows, and press a button."""
    form = fields(client.get(address), form=FORM)
    return client.post(address, form | typed | {press: "1"})


def publish(client, address, **typed):
    """Save the form, look at the page that it leads to, and press the button there."""
    screen = send(client, address, "_publish", **typed).url
    form = fields(client.get(screen), form="publish_form")
    return client.post(screen, form | {"_publish": "1"})


def test_a_new_purchase_is_saved_as_a_draft(desk):
    answer = send(desk, ADD, "_save", title="Smartboards", industry="goods")

    purchase = Opportunity.objects.get()
    assert answer.status_code == 302
    assert (purchase.title, purchase.stage, purchase.agency.acronym) == (
        "Smartboards",
        "draft",
        "LAW",
    )
    assert str(purchase.created_by) == "officer@law.example"
    assert Revision.objects.count() == 0


def test_save_and_publish_makes_it_public_at_once(desk, noon):
    answer = publish(desk, ADD, title="Smartboards", industry="goods", value_max="500000")

    purchase = Opportunity.objects.public().get()
    revision = purchase.revisions.get()
    assert (purchase.published_at, revision.kind, str(revision.by)) == (
        noon, "published", "officer@law.example",
    )  # fmt: skip
    assert (answer.url, said(answer)) == (
        change(purchase), [("success", "“Smartboards” is public now: see the page.")],
    )  # fmt: skip
    assert desk.get(purchase.get_absolute_url()).status_code == 200


def test_a_blocked_purchase_stays_a_draft_and_each_blocker_names_its_field(desk, noon):
    answer = publish(
        desk,
        ADD,
        title="Courtroom Display Boards",
        industry="goods",
        value_max="500000.01",
        opens_at_0="2027-01-12",
        opens_at_1="09:00:00",
    )

    draft = Opportunity.objects.get()
    assert (draft.stage, draft.value_max, Revision.objects.count()) == (
        "draft", Decimal("500000.01"), 0,
    )  # fmt: skip
    assert answer.status_code == 200
    levels, words = zip(*said(answer), strict=True)
    assert levels == ("error",) * 6 + ("warning",)
    assert [word.split(":")[0] for word in words] == [
        "Value up to",
        "Responses due",
        "Contact’s email",
        "Main commodity",
        "Summary",
        "Solicitation EPIN",
        "Nothing was published.",
    ]
    assert words[0].startswith("Value up to: $500,000.01 is more than $500,000.00, the most that")


def test_each_blocker_links_to_its_field(desk):
    answer = send(
        desk, ADD, "_publish", title="Boards", industry="goods", opens_at_0="2027-01-12", opens_at_1="09:00"
    )  # fmt: skip

    screen = text(desk.get(answer.url))

    form = change(Opportunity.objects.get())
    targets = [part.split('"')[0] for part in screen.split(f'<a href="{form}#id_')[1:]]
    page = text(desk.get(form))
    assert [target for target in targets if f'id="id_{target}"' not in page] == []
    assert len(targets) == 5
    assert "Publish now" not in screen


def test_warnings_are_shown_before_the_button_is_pressed_and_keep_nothing_from_being_public(desk):
    answer = send(desk, ADD, "_publish", title="Chairs", industry="goods", value_max="20000")

    screen = text(desk.get(answer.url))

    assert ("above $20,000" in screen, "Publish now" in screen) == (True, True)
    publish(desk, change(Opportunity.objects.get()))
    assert Opportunity.objects.public().count() == 1


def test_pressing_publish_twice_writes_one_revision(desk):
    draft = OpportunityFactory.create()
    screen = f"{LIST}{draft.pk}/publish/"
    form = fields(desk.get(screen), form="publish_form")

    for _press in range(2):
        assert desk.post(screen, form | {"_publish": "1"}).url == change(draft)

    assert Revision.objects.count() == 1


def test_a_title_is_shown_as_text_and_not_as_html(desk):
    answer = publish(desk, ADD, title="<b>Boards</b>", industry="goods")

    page = text(desk.get(answer.url))

    assert "“&lt;b&gt;Boards&lt;/b&gt;” is public now" in page
    assert "<b>Boards" not in page


def test_without_the_permission_nothing_is_published(sign_in):
    author = sign_in("add_opportunity", "change_opportunity", "view_opportunity")
    draft = OpportunityFactory.create()

    answers = [
        send(author, address, "_publish", title="Smartboards", industry="goods")
        for address in (ADD, change(draft))
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert (Opportunity.objects.public().count(), Revision.objects.count()) == (0, 0)


@pytest.mark.parametrize(("may", "is_offered"), [([], False), (["publish_opportunity"], True)])
def test_the_button_is_shown_to_whom_it_serves(sign_in, may, is_offered):
    author = sign_in("add_opportunity", "change_opportunity", "view_opportunity", *may)
    draft = OpportunityFactory.create()

    assert ['name="_publish"' in text(author.get(page)) for page in (ADD, change(draft))] == [
        is_offered,
        is_offered,
    ]


def test_the_button_is_gone_once_it_is_public(desk):
    listed = OpportunityFactory.create(published=True)

    assert 'name="_publish"' not in text(desk.get(change(listed)))


def test_what_is_public_is_corrected_through_a_revision(desk, noon):
    listed = OpportunityFactory.create(
        title="Smartboards", published=True, at=noon - timedelta(days=1)
    )

    answer = send(desk, change(listed), "_save", title="Displays", value_max="90000")

    assert answer.status_code == 302
    revision = listed.revisions.latest("number")
    assert (revision.number, revision.at, str(revision.by)) == (2, noon, "officer@law.example")
    assert revision.changes == [
        {"field": "title", "old": "Smartboards", "new": "Displays"},
        {"field": "value_max", "old": None, "new": "90000.00"},
    ]


def test_saving_without_a_change_writes_no_revision(desk, noon):
    listed = OpportunityFactory.create(
        title="Smartboards",
        published=True,
        value_max=Decimal("90.50"),
        opens_at=noon + timedelta(days=1),
        due_at=noon + timedelta(days=9),
    )

    send(desk, change(listed), "_save")

    assert Revision.objects.count() == 1


def test_saving_one_change_three_times_writes_it_down_once(desk, noon):
    listed = OpportunityFactory.create(published=True, at=noon, opens_at=noon)

    for _ in range(3):
        send(desk, change(listed), "_save", value_max="4000")

    assert [revision.kind for revision in listed.revisions.order_by("number")] == [
        "published",
        "amended",
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Smart\tboards ", "Smart boards"),
        ("Smart\u202eboards\u200b", "Smart boards"),
        ("Smart\r\nboards\x07", "Smart boards"),
    ],
)
def test_what_nobody_sees_is_stripped_from_a_title(desk, typed, kept):
    send(desk, ADD, "_save", title=typed, industry="goods")

    assert Opportunity.objects.get().title == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", "\u200b\u202e"),
        ("passport_url", "http://passport.example/"),
        ("passport_url", "https://somebody@passport.example/"),
        ("source_url", "javascript:alert(1)"),
        ("expected_on", "0001-01-01"),
        ("expected_on", "9999-12-31"),
        ("due_at_0", "9999-12-31"),
        ("opens_at_0", "0001-01-01"),
        ("last_confirmed_on", "9999-01-01"),
    ],
)
def test_what_cannot_be_meant_is_refused_on_the_form(desk, field, typed):
    times = {"due_at_1": "23:59:59", "opens_at_1": "10:00", "expected_precision": "fiscal-year"}
    facts = {"title": "Smartboards", "industry": "goods"} | times

    answer = send(desk, ADD, "_save", **(facts | {field: typed}))

    assert answer.status_code == 200
    assert field.removesuffix("_0") in answer.context["adminform"].form.errors
    assert not Opportunity.objects.exists()


def test_the_address_of_a_draft_says_nothing_of_its_title(desk):
    send(desk, ADD, "_save", title="Settlement about a leak", industry="goods")
    draft = Opportunity.objects.get()
    first_name = draft.reference

    publish(desk, change(draft), title="Legal services")

    draft.refresh_from_db()
    assert (first_name[:6], "settlement" in first_name) == ("draft-", False)
    assert draft.reference == "legal-services"


def test_a_public_address_shows_nothing_of_the_drafts_beside_it(desk):
    OpportunityFactory.create(title="Smartboards")

    publish(desk, ADD, title="Smartboards", industry="goods")

    assert Opportunity.objects.public().get().reference == "smartboards"


def test_a_public_purchase_cannot_be_made_unpublishable(desk):
    listed = OpportunityFactory.create(title="Smartboards", published=True)

    answer = send(desk, change(listed), "_save", title="Displays", value_max="500000.01")

    kept = fields(answer, form=FORM)
    errors = answer.context["adminform"].form.errors
    assert (answer.status_code, kept["title"], kept["value_max"]) == (
        200, ["Displays"], ["500000.01"],
    )  # fmt: skip
    assert list(errors) == ["value_max"]
    assert errors["value_max"][0].startswith("$500,000.01 is more than $500,000.00")
    assert Opportunity.objects.get().title == "Smartboards"
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"industry": "human-services"}, "__all__", "may not be used for human services"),
        ({"value_min": "2", "value_max": "1"}, "__all__", "“Value from” is more than “value up to”"),
        ({"value_max": "1000000000.01"}, "__all__", "surely a typing error"),
        ({"value_max": "-1"}, "value_max", "greater than or equal to 0"),
        ({"expected_on": "2027-05-01"}, "__all__", "Give the expected day and how well it is known"),
        ({"due_at_0": "2027-03-01", "due_at_1": "14:00"}, "__all__", "or it never opens"),
        ({"title": "a" * 201}, "title", "at most 200 characters"),
        ({"title": "NUL \x00"}, "title", "Null characters are not allowed."),
    ],
)  # fmt: skip
def test_a_draft_that_makes_no_sense_is_refused_in_words(desk, typed, field, words):
    answer = send(desk, ADD, "_save", **({"title": "Boards", "industry": "goods"} | typed))

    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in str(errors[field])
    assert Opportunity.objects.count() == 0


def test_a_draft_may_be_deleted_and_what_was_public_may_not(desk):
    draft, listed = OpportunityFactory.create(), OpportunityFactory.create(published=True)

    answers = [desk.post(delete(purchase), {"post": "yes"}) for purchase in (draft, listed)]

    assert [answer.status_code for answer in answers] == [302, 403]
    assert list(Opportunity.objects.all()) == [listed]


def test_the_list_offers_no_deleting_in_bulk(desk):
    listed = OpportunityFactory.create(published=True)

    desk.post(LIST, {"action": "delete_selected", "_selected_action": [listed.pk], "post": "yes"})

    assert Opportunity.objects.count() == 1


def test_a_viewer_reads_and_changes_nothing(sign_in):
    viewer = sign_in("view_opportunity", "view_revision")
    listed = OpportunityFactory.create(title="Smartboards", published=True)
    draft = OpportunityFactory.create(title="Displays")

    read = [viewer.get(address).status_code for address in (LIST, change(listed), change(draft))]
    tried = [
        viewer.post(address, {"title": "Taken", "industry": "goods", "_publish": "1"}).status_code
        for address in (ADD, change(listed), change(draft), delete(draft))
    ]

    assert (read, tried) == ([200] * 3, [403] * 4)
    assert set(Opportunity.objects.values_list("title", flat=True)) == {"Smartboards", "Displays"}
    assert Revision.objects.count() == 1


def test_who_may_not_publish_may_not_change_what_is_public(sign_in):
    author = sign_in("add_opportunity", "change_opportunity", "view_opportunity")
    listed = OpportunityFactory.create(title="Smartboards", published=True)

    read = author.get(change(listed))
    tried = author.post(change(listed), {"title": "Taken", "industry": "goods", "_save": "1"})

    assert (read.status_code, tried.status_code) == (200, 403)
    assert Opportunity.objects.get().title == "Smartboards"


@pytest.mark.parametrize("address", [LIST, ADD, "/admin/", "/admin/opportunities/revision/"])
def test_a_stranger_is_asked_to_sign_in(client, address):
    answer = client.get(address)

    assert (answer.status_code, answer.url) == (302, f"/admin/login/?next={address}")


def test_the_log_of_change_can_only_be_read(desk):
    OpportunityFactory.create(published=True)
    revision = Revision.objects.get()
    page = f"/admin/opportunities/revision/{revision.pk}/"

    answers = [
        desk.get("/admin/opportunities/revision/"),
        desk.get(f"{page}change/"),
        desk.post(f"{page}change/", {"note": "Rewritten"}),
        desk.post(f"{page}delete/", {"post": "yes"}),
        desk.get("/admin/opportunities/revision/add/"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403, 403]
    assert Revision.objects.get().note == ""


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_number_of_queries(desk, django_assert_num_queries, count):
    OpportunityFactory.create_batch(count)

    with django_assert_num_queries(10):  # one for each filter that counts
        assert desk.get(LIST).status_code == 200
