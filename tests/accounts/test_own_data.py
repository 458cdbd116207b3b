"""What a person sees, takes along and deletes."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts import actions, belongings
from accounts.models import User
from letters.models import Letter, LetterBody, Suppression
from letters.suppression import is_suppressed, suppress
from opportunities.models import Revision
from tests.accounts.people import ADA, is_signed_in, person, sign_in, sign_in_by_code, with_app
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client) -> User:
    user = person(name="Ada")
    sign_in_by_code(client)
    return user


# --- Sessions -------------------------------------------------------------------------------------


def test_person_ends_one_session_or_all_others(client, ada):
    phone, laptop, library = Client(), Client(), Client()
    for each in (phone, laptop, library):
        sign_in(each)
    of_the_phone = UserSession.objects.get(session_key=phone.session.session_key)
    assert text(client.get("/account/sessions/")).count("End this session") == 3

    client.post(f"/account/sessions/{of_the_phone.pk}/end/")
    assert [is_signed_in(each) for each in (phone, laptop, library)] == [False, True, True]

    client.post("/account/sessions/")
    assert [is_signed_in(each) for each in (client, laptop, library)] == [True, False, False]


def test_session_of_somebody_else_is_not_there(client, ada):
    person("eve@firm.example")
    eve = Client()
    sign_in(eve, "eve@firm.example")
    hers = UserSession.objects.get(user__email="eve@firm.example")

    assert client.post(f"/account/sessions/{hers.pk}/end/").status_code == 404
    assert is_signed_in(eve)


# --- Name -----------------------------------------------------------------------------------------


def test_person_changes_the_name_and_nothing_else(client, ada):
    form = {
        "name": "  Ada\u202e  L. ",
        "is_staff": "on",
        "is_superuser": "on",
        "email": "x@firm.example",
    }

    client.post("/account/name/", form)

    ada.refresh_from_db()
    assert (ada.name, ada.is_staff, ada.is_superuser, ada.email) == ("Ada L.", False, False, ADA)


# --- The file -------------------------------------------------------------------------------------


def test_file_holds_what_every_floor_knows_and_no_secret(client, ada, monkeypatch):
    monkeypatch.setitem(
        belongings.PARTS,
        "things",
        belongings.Part("things", "Things", export=lambda user: [f"of {user}"]),
    )
    secret = with_app(ada)

    answer = client.get("/account/my-data.json")

    data = json.loads(text(answer))
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer["Cache-Control"] == "private, no-store"
    assert data["things"] == ["of Ada"]
    assert (data["account"]["email"], data["account"]["name"]) == (ADA, "Ada")
    assert [letter["kind"] for letter in data["letters"]] == ["accounts.code"]
    assert secret not in text(answer)
    assert ada.password not in text(answer)


# --- The end --------------------------------------------------------------------------------------


def delete(client: Client, typed: str = ADA):
    return client.post("/account/delete/", {"email": typed})


def test_deleting_deletes(client, ada):
    elsewhere = Client()
    sign_in(elsewhere)
    with_app(ada)
    suppress(ADA, reason=Suppression.Reason.REFUSED, moment=timezone.now())
    Letter.objects.update(state="ready")

    done = delete(client, f" {ADA.upper()} ")

    assert (done.url, client.get(done.url).status_code) == ("/account/deleted/", 200)
    assert not User.objects.filter(email=ADA).exists()
    assert not EmailAddress.objects.exists()
    assert not UserSession.objects.exists()
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (False, False)
    assert [*Letter.objects.values_list("state", "to_address")] == [("cancelled", "")]
    assert not LetterBody.objects.exists()
    assert is_suppressed(ADA)


def test_letter_in_a_senders_hand_is_wiped_when_it_lets_go(client, ada):
    now = timezone.now()
    Letter.objects.update(
        state="leased", lease_token="00000000-0000-4000-8000-000000000000", lease_until=now
    )
    delete(client)
    letter = Letter.objects.get()
    assert (letter.taken_back, letter.to_address) == (True, ADA)
    Letter.objects.update(state="cancelled", lease_token=None, lease_until=None, finished_at=now)

    actions.forget_letters(moment=now)

    assert Letter.objects.get().to_address == ""
    assert not LetterBody.objects.exists()


@pytest.mark.parametrize("typed", ["", "eve@firm.example", "yes"])
def test_nothing_is_deleted_before_the_address_is_typed_in(client, ada, typed):
    assert delete(client, typed).status_code == 422
    assert is_signed_in(client)


def test_every_floor_deletes_its_part_or_none_does(client, ada, monkeypatch):
    erased = []
    parts = {
        "things": belongings.Part("things", "Things", erase=lambda user, _moment: erased.append(user.email)),
        "firm": belongings.Part("firm", "Firm", blockers=lambda _user: ["Make somebody else owner first."]),
    }  # fmt: skip
    for key, part in parts.items():
        monkeypatch.setitem(belongings.PARTS, key, part)

    refused = delete(client)

    assert "Make somebody else owner first." in text(refused)
    assert (erased, is_signed_in(client)) == ([], True)
    monkeypatch.delitem(belongings.PARTS, "firm")
    assert (delete(client).status_code, erased) == (302, [ADA])


def test_staff_are_told_why_they_stay(client):
    officer = StaffFactory.create()
    client.force_login(officer)

    assert "closed by a colleague" in text(delete(client, officer.email))
    officer.refresh_from_db()


def test_who_once_was_staff_stays_in_the_log(client):
    officer = StaffFactory.create()
    listed = OpportunityFactory.create(published=True)
    Revision.objects.filter(opportunity=listed).update(by=officer)
    User.objects.filter(pk=officer.pk).update(is_staff=False, is_superuser=False)
    client.force_login(officer)

    assert "a log that loses names is none" in text(delete(client, officer.email))
    officer.refresh_from_db()


# --- Forgetting -----------------------------------------------------------------------------------


def test_codes_are_wiped_once_sent_and_strangers_after_a_day(client):
    now = timezone.now()
    person()
    for address in (ADA, "stranger@firm.example"):
        Client().post("/account/login/code/", {"email": address})
    actions.forget_letters(moment=now)
    assert LetterBody.objects.count() == 2  # not sent yet

    Letter.objects.update(state="sent", finished_at=now)
    actions.forget_letters(moment=now)
    assert not LetterBody.objects.exists()
    assert not Letter.objects.filter(to_address="").exists()

    actions.forget_letters(moment=now + timedelta(days=1, seconds=9))
    assert {*Letter.objects.values_list("to_address", flat=True)} == {ADA, ""}


@pytest.mark.parametrize(("days", "left"), [(6.9, 1), (7.1, 0)])
def test_account_that_nobody_proved_is_deleted_after_a_week(client, days, left):
    client.post("/account/signup/", {"email": "never@firm.example"})

    actions.forget_unproven(moment=timezone.now() + timedelta(days=days))

    assert User.objects.count() == left


def test_accounts_in_use_and_those_made_at_the_desk_stay(client, ada):
    User.objects.create_user("made@law.example")

    assert actions.forget_unproven(moment=timezone.now() + timedelta(days=99)) == 0
    assert User.objects.count() == 2
