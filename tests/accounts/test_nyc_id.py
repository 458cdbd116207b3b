"""Signing in with NYC.ID, against a provider of our own: nobody has tried it against the City's."""

import json
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from playwright.sync_api import expect

from accounts.models import User
from core.models import Deed
from letters.models import Letter
from procurement_portal import urls
from tests.accounts.mailbox import newest, words
from tests.accounts.openid import CLIENT, GRACE, SECRET, Provider, running
from tests.accounts.people import ADA, app_shows, is_signed_in, person, sign_in_by_code, with_app
from tests.browsing.pages import text
from tests.journeys.looking import looking_at

pytestmark = [pytest.mark.django_db, pytest.mark.loopback]
ADDRESS = str(GRACE["email"])


@pytest.fixture
def nyc_id(settings) -> Iterator[Provider]:
    """Set what opens the door, and read the addresses of the portal again as a start with these settings does."""
    with running() as provider:
        settings.NYC_ID_SERVER_URL = provider.url
        settings.NYC_ID_CLIENT_ID = CLIENT
        settings.NYC_ID_CLIENT_SECRET = SECRET
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": policy | {"form-action": ["'self'", provider.url]}
        }
        settings.ROOT_URLCONF = _read_again(urls)
        yield provider


def _read_again(module: ModuleType) -> ModuleType:
    spec = spec_from_file_location(f"{module.__name__}_read_again", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    return fresh


def begin(client, **form) -> str:
    """Press the button; return where it leads."""
    answer = client.post("/account/nyc-id/start/", form)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def come_back(client, address):
    parts = urlsplit(address)
    return client.get(parts.path, parse_qs(parts.query))


def go(client, provider, **form):
    """Sign in at the provider and come back; return the answer of the portal."""
    return come_back(client, provider.agreed(begin(client, **form)))


def connected_to(user) -> list[str]:
    return [*SocialAccount.objects.filter(user=user).values_list("uid", flat=True)]


# --- Coming in ------------------------------------------------------------------------------------


def test_who_is_new_gets_an_account_and_nothing_more_is_kept_of_them(client, nyc_id):
    nyc_id.person |= {"email": "Grace@Firm.example", "name": "Grace H.", "phone_number": "+1 212"}

    answer = go(client, nyc_id)

    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert is_signed_in(client)
    grace = User.objects.get()
    assert (grace.email, grace.name, grace.has_usable_password()) == (ADDRESS, "", False)
    assert [*EmailAddress.objects.values_list("email", "verified", "primary")] == [(ADDRESS, True, True)]  # fmt: skip
    kept = SocialAccount.objects.get()
    assert (kept.user, kept.provider, kept.uid, kept.extra_data) == (grace, "nyc-id", "4711", {})
    assert not Letter.objects.exists()


def test_who_comes_again_is_known_by_the_number_and_not_by_the_address(client, nyc_id):
    go(client, nyc_id)
    nyc_id.person["email"] = "grace@married.example"

    again = Client()
    go(again, nyc_id)

    assert is_signed_in(again)
    assert User.objects.get().email == ADDRESS


def test_one_comes_back_to_where_one_wanted_to_go_and_nowhere_else(client, nyc_id):
    answer = go(client, nyc_id, next="/account/name/")
    assert answer["Location"] == "/account/name/"

    answer = go(Client(), nyc_id, next="https://elsewhere.example/")
    assert answer["Location"] == "/account/"


def test_one_comes_back_in_ones_own_language(client, nyc_id, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("es", "Spanish")]
    away = client.post("/es/account/nyc-id/start/")["Location"]
    (told,) = parse_qs(urlsplit(away).query)["redirect_uri"]

    assert told == f"{settings.SITE_URL}/account/nyc-id/callback/"
    assert come_back(client, nyc_id.agreed(away))["Location"] == "/es/account/"


def test_staff_are_asked_for_their_second_factor(client, nyc_id):
    boss = person(ADDRESS, is_staff=True)
    secret = with_app(boss)
    SocialAccount.objects.create(user=boss, provider="nyc-id", uid="4711")

    answer = go(client, nyc_id)

    assert answer["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(client)
    client.post(answer["Location"], {"code": app_shows(secret)})
    assert is_signed_in(client)


def test_staff_without_a_second_factor_see_no_desk(client, nyc_id, settings):
    settings.SECOND_FACTOR_FOR_STAFF = True
    boss = person(ADDRESS, is_staff=True, is_superuser=True)
    SocialAccount.objects.create(user=boss, provider="nyc-id", uid="4711")

    go(client, nyc_id)

    assert is_signed_in(client)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/account/second-factor/"


def test_account_that_is_closed_stays_so(client, nyc_id):
    go(Client(), nyc_id)
    User.objects.update(is_active=False)

    answer = go(client, nyc_id)

    assert answer["Location"] == "/account/inactive/"
    assert not is_signed_in(client)


# --- Not coming in --------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [ADDRESS, "GRACE@firm.example"])
def test_address_of_an_account_does_not_open_it(client, nyc_id, address):
    grace = person(ADDRESS)
    nyc_id.person["email"] = address

    answer = go(client, nyc_id)

    assert answer.status_code == 409
    assert "There is an account with your address already" in text(answer)
    assert not is_signed_in(client)
    assert connected_to(grace) == []


@pytest.mark.parametrize("claim", [False, "true", "false", None, 1])
@pytest.mark.parametrize("taken", [True, False])
def test_address_that_is_not_confirmed_opens_nothing_and_says_nothing(client, nyc_id, claim, taken):
    if taken:
        person(ADDRESS)
    nyc_id.person["email_verified"] = claim

    answer = go(client, nyc_id)

    assert answer.status_code == 403
    assert "NYC.ID names no address that it has confirmed" in text(answer)
    assert not is_signed_in(client)
    assert User.objects.count() == taken
    assert not SocialAccount.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("address", [None, "", 7, "no address", "a@b@c.example"])
def test_person_without_an_address_opens_nothing(client, nyc_id, address):
    nyc_id.person["email"] = address

    assert go(client, nyc_id).status_code == 403
    assert not User.objects.exists()


def test_address_taken_in_the_same_moment_opens_nothing(client, nyc_id, monkeypatch):
    seen_free = "allauth.socialaccount.internal.flows.signup.assess_unique_email"
    monkeypatch.setattr(seen_free, lambda _email: True)
    monkeypatch.setattr("accounts.nyc_id.adapter.is_taken", lambda *_args, **_kwargs: False)
    grace = person(ADDRESS)
    EmailAddress.objects.all().delete()

    answer = go(client, nyc_id)

    assert answer.status_code == 409
    assert connected_to(grace) == []


def test_consent_refused_is_no_error(client, nyc_id):
    answer = come_back(client, nyc_id.refused(begin(client)))

    assert answer.status_code == 200
    assert "You came back without signing in" in text(answer)
    assert not is_signed_in(client)


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?state=&error=access_denied", "?code=y"])
def test_answer_to_no_question_is_not_taken(client, nyc_id, query):
    begin(client)

    answer = client.get(f"/account/nyc-id/callback/{query}")

    assert answer.status_code == 400
    assert "Please begin again" in text(answer)
    assert not is_signed_in(client)


def test_answer_is_taken_once_and_in_the_browser_that_asked(client, nyc_id):
    back = nyc_id.agreed(begin(client))

    assert come_back(Client(), back).status_code == 400
    assert come_back(client, back).status_code == 302
    assert come_back(client, back).status_code == 400


@pytest.mark.parametrize(
    "spoiled",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"sub": "4712"},
        {"sub": ""},
        {"nonce": None},
    ],
)
def test_id_token_must_fit(client, nyc_id, spoiled):
    nyc_id.claims = spoiled

    answer = go(client, nyc_id)

    assert answer.status_code == 502
    assert "NYC.ID does not answer as it should" in text(answer)
    assert not User.objects.exists()


def test_id_token_must_be_signed_by_the_provider(client, nyc_id):
    nyc_id.signed_with = "somebody else's"

    assert go(client, nyc_id).status_code == 502
    assert not User.objects.exists()


@pytest.mark.parametrize("sub", ["", "x" * 192, 4711, None, "a\0b"])
def test_person_must_have_a_name_that_can_be_kept(client, nyc_id, sub):
    nyc_id.person["sub"] = sub

    assert go(client, nyc_id).status_code == 502
    assert not User.objects.exists()


def test_provider_without_userinfo_is_believed_by_its_id_token(client, nyc_id):
    nyc_id.discovery = lambda whole=nyc_id.discovery: {
        name: value for name, value in whole().items() if name != "userinfo_endpoint"
    }
    nyc_id.claims = {"email": ADDRESS, "email_verified": True}

    assert go(client, nyc_id).status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "config", [{"issuer": "https://another.example"}, {"jwks_uri": 7}, {"token_endpoint": None}]
)
def test_discovery_that_does_not_fit_is_said_in_words(client, nyc_id, config):
    nyc_id.config = config

    answer = client.post("/account/nyc-id/start/")
    if answer.status_code == 302:
        answer = come_back(client, nyc_id.agreed(answer["Location"]))

    assert answer.status_code == 502
    assert not User.objects.exists()


def test_provider_that_is_down_is_said_in_words(client, nyc_id, caplog):
    back = nyc_id.agreed(begin(client))
    nyc_id.down = True

    for answer in (client.post("/account/nyc-id/start/"), come_back(client, back)):
        assert answer.status_code == 502
        assert "use another way" in text(answer)
    assert caplog.text.count("sign-in with NYC.ID failed") == 2


def test_nothing_begins_by_a_link_and_too_often_is_refused(client, nyc_id):
    assert client.get("/account/nyc-id/start/").status_code == 405
    assert client.post("/account/nyc-id/callback/").status_code == 405
    answers = [client.post("/account/nyc-id/start/").status_code for _ in range(21)]
    assert answers == [302] * 20 + [429]


# --- Connecting -----------------------------------------------------------------------------------


def test_person_connects_and_both_ways_lead_in(client, nyc_id):
    ada = person()
    sign_in_by_code(client)
    assert "not connected" in text(client.get("/account/"))
    assert "Connect your account" in text(client.get("/account/nyc-id/"))

    # The password is asked for again.
    assert begin(client).startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    answer = go(client, nyc_id)

    assert answer["Location"] == "/account/"
    assert "NYC.ID is connected." in text(client.get("/account/"))
    assert connected_to(ada) == ["4711"]
    assert ada.email == ADA
    assert "can now be opened with NYC.ID" in words(newest(ADA))
    other = Client()
    go(other, nyc_id)
    assert is_signed_in(other)
    assert User.objects.count() == 1


def test_one_nyc_id_opens_one_account(client, nyc_id):
    grace = person(ADDRESS)
    SocialAccount.objects.create(user=grace, provider="nyc-id", uid="4711")
    ada = person(password=None)
    sign_in_by_code(client)

    go(client, nyc_id)

    assert "connected to another account" in text(client.get("/account/"))
    assert (connected_to(grace), connected_to(ada)) == (["4711"], [])


def test_person_disconnects_and_the_account_stays(client, nyc_id):
    go(client, nyc_id)

    assert client.get("/account/nyc-id/disconnect/").status_code == 405
    assert "Your account is connected" in text(client.get("/account/nyc-id/"))
    client.post("/account/nyc-id/disconnect/")
    client.post("/account/nyc-id/disconnect/")  # again: nothing

    assert not SocialAccount.objects.exists()
    assert "can no longer be opened with NYC.ID" in words(Letter.objects.get())
    assert "NYC.ID is disconnected." in text(client.get("/account/"))
    other = Client()
    assert go(other, nyc_id).status_code == 409
    sign_in_by_code(other, ADDRESS)
    assert is_signed_in(other)


def test_history_of_the_desk_knows_when_staff_connect(client, nyc_id, settings):
    settings.SECOND_FACTOR_FOR_STAFF = False
    person(password=None, is_staff=True)
    sign_in_by_code(client)

    go(client, nyc_id)
    client.post("/account/nyc-id/disconnect/")

    told = [*Deed.objects.exclude(summary="").order_by("pk").values_list("summary", flat=True)]
    assert told == ["connected NYC.ID", "disconnected NYC.ID"]


def test_file_names_the_connection_and_deletion_takes_it(client, nyc_id):
    go(client, nyc_id)

    ((connection),) = json.loads(client.get("/account/my-data.json").content)["account"]["connections"]  # fmt: skip
    client.post("/account/delete/", {"email": ADDRESS})

    assert (connection["provider"], connection["uid"]) == ("nyc-id", "4711")
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


# --- In a browser ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.expected_statuses(400, 409)
def test_pages_of_the_door(nyc_id, page):
    with looking_at(page) as looking:
        looking.at("nyc-id-sign-in", "/account/login/")
        press(page, "Sign in with NYC.ID")  # the content policy lets the form out
        page.get_by_role("link", name="No").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You came back without signing in")  # fmt: skip
        looking.here("nyc-id-cancelled")
        looking.at("nyc-id-stale", "/account/nyc-id/callback/?state=x", status=400)
        person(ADDRESS)
        page.goto("/account/login/")
        press(page, "Sign in with NYC.ID")
        page.get_by_role("link", name="Yes").click()
        looking.here("nyc-id-taken")
        nyc_id.person |= {"sub": "1", "email": "new@firm.example"}
        page.goto("/account/login/")
        press(page, "Sign in with NYC.ID")
        page.get_by_role("link", name="Yes").click()
        expect(page.get_by_role("main")).to_contain_text("You are signed in as new@firm.example.")
        looking.here("nyc-id-my-account")
        looking.at("nyc-id-connected", "/account/nyc-id/")
        press(page, "Disconnect NYC.ID")
        looking.at("nyc-id-not-connected", "/account/nyc-id/")


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()
