"""The history of the desk: who did what, from where, what was there before, and that it stays."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from core.append_only import guard
from core.choices import DeedKind
from core.history import record
from core.models import Deed
from opportunities.models import MethodLimit, Opportunity, SynonymGroup
from tests.browsing.pages import fields, text
from tests.factories import OpportunityFactory, StaffFactory
from tests.posting.test_desk import ADD, change, publish, send

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def officer():
    return StaffFactory.create(email="officer@law.example", name="Ann Officer")


@pytest.fixture
def desk(client, officer, noon):
    """A browser in which an officer who may do everything is signed in."""
    client.force_login(officer)
    return client


def told():
    """Return who did what to what, in the order of doing, without the signing in of the fixture."""
    rows = Deed.objects.exclude(kind=DeedKind.SIGNED_IN).order_by("pk")
    return list(rows.values_list("person_name", "kind", "subject_name", "summary"))


def changes():
    return {c["field"]: (c["old"], c["new"]) for c in Deed.objects.latest("pk").changes}


def test_a_draft_is_told_of_with_what_was_typed(desk, officer, noon):
    send(desk, ADD, "_save", title="Smartboards", industry="goods", value_max="9")

    deed = Deed.objects.latest("pk")
    assert told() == [("Ann Officer", "added", "Smartboards", "")]
    assert (deed.person, deed.at, deed.place) == (officer.pk, noon, "127.0.0.1")
    assert (deed.subject_model, deed.subject) == (
        "opportunities.opportunity", str(Opportunity.objects.get().pk),
    )  # fmt: skip
    assert changes()["title"] == ("", "Smartboards")
    assert changes()["value_max"] == ("", "9.00")
    assert changes()["industry"] == ("", "Goods")


def test_a_change_tells_what_was_there_before_and_why(desk):
    draft = OpportunityFactory.create(title="Smartboards", value_max=Decimal(9))

    send(desk, change(draft), "_save", title="Displays", value_max="9.0", _reason="As they say")

    assert told() == [("Ann Officer", "changed", "Displays", "")]
    assert changes() == {"title": ("Smartboards", "Displays")}
    assert Deed.objects.latest("pk").reason == "As they say"


def test_whatever_is_sent_as_a_reason_is_kept_as_words_and_within_bounds(desk):
    draft = OpportunityFactory.create(title="Smartboards")

    send(desk, change(draft), "_save", title="Displays", _reason="As\0 they say" + "!" * 9000)

    reason = Deed.objects.latest("pk").reason
    assert (reason[:13], len(reason)) == ("As they say!!", 2000)


def test_saving_without_a_change_is_no_deed(desk):
    draft = OpportunityFactory.create()

    send(desk, change(draft), "_save")

    assert told() == []


def test_publishing_and_its_refusal_are_told_of(desk):
    draft = OpportunityFactory.create(title="Boards", value_max=Decimal("500000.01"))

    publish(desk, change(draft))
    publish(desk, change(draft), value_max="500000")

    assert [(kind, words) for _who, kind, _what, words in told()] == [
        ("refused", "Publish"),
        ("changed", ""),
        ("done", "Publish"),
    ]
    assert "$500,000.01 is more than" in Deed.objects.order_by("pk")[1].reason
    assert changes()["stage"] == ("draft", "published")


def test_a_step_is_told_of_with_its_reason_and_so_is_its_refusal(desk):
    listed = OpportunityFactory.create(title="Boards", published=True)
    cancel = f"/admin/opportunities/opportunity/{listed.pk}/step/cancel/"

    desk.post(cancel, {"cancel_reason": "No money"})
    desk.post(cancel, {"cancel_reason": "No money"})
    desk.post(cancel.replace("cancel", "confirm"), {"note": "Still so"})

    assert told() == [
        ("Ann Officer", "done", "Boards", "Cancel the purchase"),
        ("Ann Officer", "refused", "Boards", "Confirm that it still holds"),
    ]
    done = Deed.objects.order_by("pk")[1]
    assert done.reason == "No money"
    assert {"field": "outcome", "old": "not decided", "new": "cancelled"} in done.changes


def test_what_is_deleted_stays_readable(desk):
    draft = OpportunityFactory.create(title="Boards", summary="Two of them.")

    desk.post(change(draft).replace("change", "delete"), {"post": "yes"})

    assert not Opportunity.objects.exists()
    assert told() == [("Ann Officer", "deleted", "Boards", "")]
    assert changes()["summary"] == ("Two of them.", "")


def test_deleting_several_at_once_is_told_of_each(desk):
    groups = [SynonymGroup.objects.create(words=words) for words in ("lamp, light", "desk, table")]
    SynonymGroup.objects.exclude(pk__in=[group.pk for group in groups]).delete()
    marked = {"action": "delete_selected", "_selected_action": [g.pk for g in groups], "post": "yes"}  # fmt: skip

    desk.post("/admin/opportunities/synonymgroup/", marked)

    assert sorted(name for _who, _kind, name, _words in told()) == ["desk, table", "lamp, light"]


def test_a_limit_is_told_of_by_its_amount(desk):
    limit = MethodLimit.objects.filter(amount=500_000)[0]
    address = f"/admin/opportunities/methodlimit/{limit.pk}/change/"
    form = fields(desk.get(address), form="methodlimit_form")

    desk.post(address, form | {"amount": "600000", "_reason": "New rule"})

    assert changes() == {"amount": ("500000.00", "600000.00")}


def test_roles_of_a_person_are_told_of_and_their_password_is_not(desk):
    person = StaffFactory.create(email="ben@law.example", name="Ben", is_superuser=False)
    role = Group.objects.create(name="Porters")
    form = {"email": "ben@law.example", "name": "Ben", "is_active": "on", "is_staff": "on"}
    desk.post(f"/admin/accounts/user/{person.pk}/change/", form | {"groups": [role.pk]})
    assert changes() == {"groups": ("", "Porters")}

    new = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    desk.post(f"/admin/accounts/user/{person.pk}/password/", new)

    assert changes() == {"password": ("", "…")}


def test_no_address_and_no_password_is_in_the_history(desk):
    desk.post("/admin/accounts/user/add/", {"email": "vendor@business.example"})
    new = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    desk.post(f"/admin/accounts/user/{User.objects.latest('pk').pk}/password/", new)
    record(
        DeedKind.DONE, by=None, moment=timezone.now(), summary="Wrote to a@b.example", reason="/?q=a%40b.example /?f=q%3Da%2540b.example"
    )  # fmt: skip

    rows = [str(row) for row in Deed.objects.values_list()]
    assert any("Wrote to" in row for row in rows)
    assert not [row for row in rows if "b.example" in row or "business.example" in row]
    assert not [row for row in rows if "argon2" in row or "md5" in row or PASSWORD in row]


def test_signing_in_and_out_and_failing_to_are_told_of_for_staff(client, noon):
    officer = StaffFactory.create(email="officer@law.example", name="Ann")
    other = StaffFactory.create(email="vendor@business.example", is_staff=False, is_superuser=False)

    for person in (officer, other):
        client.login(username=person.email, password="wrong")
        client.force_login(person)
        client.logout()
    client.login(username="nobody@nowhere.example", password="wrong")

    assert list(Deed.objects.order_by("pk").values_list("kind", "person_name")) == [
        ("not-signed-in", "Ann"),
        ("signed-in", "Ann"),
        ("signed-out", "Ann"),
    ]


def test_who_is_refused_at_the_desk_is_told_of_and_logged(client, noon, caplog):
    person = StaffFactory.create(is_superuser=False, name="Ann")
    client.force_login(person)

    answer = client.post(ADD, {"title": "Mine"})

    assert answer.status_code == 403
    assert told() == [("Ann", "refused", "", "POST admin/opportunities/opportunity/add/")]
    assert [r.message for r in caplog.records if r.name == "core.middleware"] == [
        "refused at the desk"
    ]


def test_who_is_no_staff_cannot_fill_the_history(client, noon):
    person = StaffFactory.create(is_staff=False, is_superuser=False)
    client.force_login(person)

    statuses = {client.get("/admin/login/").status_code for _time in range(9)}

    assert statuses == {403}
    assert told() == [(f"person {person.pk}", "refused", "", "GET admin/login/")] * 5


def test_history_of_one_thing_is_shown_to_whoever_may_see_it(client, desk):
    draft, other = OpportunityFactory.create(title="Boards"), OpportunityFactory.create()
    send(desk, change(draft), "_save", title="<b>Displays</b>", _reason="Clearer")
    send(desk, change(other), "_save", title="Chairs")

    page = text(desk.get(change(draft).replace("change", "history")))
    page = page[page.index("change-history") :]

    assert "Title: Boards → &lt;b&gt;Displays&lt;/b&gt;" in page
    assert "Clearer" in page
    assert "Chairs" not in page


@pytest.mark.parametrize(("may", "status"), [([], 403), (["view_deed"], 200)])
def test_all_of_the_history_is_read_by_whoever_may_and_changed_by_nobody(client, may, status, noon):
    record(DeedKind.DONE, by=None, moment=noon, summary="Something")
    deed = Deed.objects.get()
    client.force_login(StaffFactory.create())
    form = {"kind": "added", "summary": "Nothing", "at_0": "2027-01-01", "at_1": "12:00"}
    answers = [
        client.post(f"/admin/core/deed/{rest}", form).status_code
        for rest in ("add/", f"{deed.pk}/change/", f"{deed.pk}/delete/")
    ]
    assert answers == [403, 403, 403]

    reader = StaffFactory.create(is_superuser=False)
    reader.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(reader)
    pages = [client.get(f"/admin/core/deed/{rest}") for rest in ("?q=Some", f"{deed.pk}/change/")]

    assert [page.status_code for page in pages] == [status, status]
    deed.refresh_from_db()
    assert deed.summary == "Something"


def empty_the_table():
    connection.cursor().execute("DELETE FROM core_deed")


@pytest.mark.parametrize(
    "alter",
    [lambda: Deed.objects.update(summary="Nothing"), Deed.objects.all().delete, empty_the_table],
)
def test_the_database_refuses_to_alter_the_history(alter, noon):
    record(DeedKind.DONE, by=None, moment=noon, summary="Something")

    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        alter()

    assert [deed.summary for deed in Deed.objects.all()] == ["Something"]


@pytest.mark.django_db(transaction=True)
def test_what_guards_the_history_may_be_set_up_twice(noon):
    guard("core_deed")
    guard("core_deed")
    record(DeedKind.DONE, by=None, moment=noon)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deed.objects.all().delete()
