"""The pages of accounts as people meet them: a passkey from end to end, axe, 320 px, no script."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from letters.models import Letter
from tests.accounts.mailbox import code_for
from tests.accounts.people import ADA, PASSWORD, person, with_app
from tests.journeys.looking import Looking, looking_at
from tests.qualities.addresses import account_addresses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# Steps of something that was begun, answers to a button, and what has no page of its own.
NOT_OPENED_JUST_SO = {
    "account_confirm_login_code", "account_email_verification_sent", "account_confirm_password_reset_code",
    "account_complete_password_reset", "accounts:address_codes", "accounts:end_session", "accounts:export",
    "mfa_authenticate", "mfa_login_webauthn", "mfa_download_recovery_codes", "mfa_view_recovery_codes",
    "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "account_reauthenticate", "account_change_password", "mfa_deactivate_totp",
}  # fmt: skip
OTHERWISE_WHEN_SET_UP = [
    "accounts:overview", "account_change_password", "mfa_index", "account_reauthenticate", "mfa_reauthenticate",
]  # fmt: skip


def button(page: Page, name: str) -> None:
    """Press the button and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_a_passkey_is_added_and_then_signs_in_alone(page, settings, live_server):
    # Passkeys are bound to a name, and to no number of a machine.
    here = live_server.url.replace("127.0.0.1", "localhost")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    page.goto(f"{here}/account/signup/")
    page.get_by_label("Email address").fill(ADA)
    button(page, "Mail me a code")
    expect(page.get_by_role("heading", level=1)).to_have_text("Type in the code")
    page.get_by_label("Code").fill(code_for(ADA))
    button(page, "Continue")
    page.goto(f"{here}/account/2fa/webauthn/add/")
    button(page, "Add a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    button(page, "Sign out")
    expect(page.get_by_role("link", name="My account")).to_be_visible()

    page.goto(f"{here}/account/login/")
    button(page, "Sign in with a passkey")

    expect(page.get_by_role("main")).to_contain_text(f"You are signed in as {ADA}.")
    assert Authenticator.objects.get(type="webauthn").last_used_at
    # Who signs in by a mailed code is asked for it as well.
    button(page, "Sign out")
    page.goto(f"{here}/account/login/code/")
    page.get_by_label("Email address").fill(ADA)
    button(page, "Mail me a code")
    page.get_by_label("Code").fill(code_for(ADA))
    button(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    button(page, "Use my passkey")
    expect(page.get_by_role("main")).to_contain_text(f"You are signed in as {ADA}.")
    # It is also asked for before the protection is changed.
    page.goto(f"{here}/account/2fa/totp/activate/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")
    button(page, "Use my passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")


@pytest.mark.once
@pytest.mark.expected_statuses(422)
def test_pages_of_accounts(page, settings, live_server):
    with looking_at(page) as looking:
        look_at_entrances(looking)
        everything = [
            each.name
            for each in account_addresses()
            if each.name not in NOT_OPENED_JUST_SO and not each.parts
        ]
        look_at_signed_in(looking, person("new@firm.example", None), everything)
        settled = person("settled@firm.example", name="Settled")
        with_app(settled)
        look_at_signed_in(looking, settled, OTHERWISE_WHEN_SET_UP)
        look_at_steps(looking, page)
        page.context.clear_cookies()
        settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
        for path in ("login", "signup"):
            looking.at(f"account-{path}-rtl", f"/ar/account/{path}/")
            expect(page.locator("html")).to_have_attribute("dir", "rtl")


def look_at_entrances(looking: Looking) -> None:
    paths = ["login", "signup", "login/code", "password/reset", "inactive", "deleted"]
    for path in paths:
        looking.at(f"account-{path}", f"/account/{path}/")
    looking.page.goto("/account/login/")
    looking.page.get_by_label("Email address").fill(ADA)
    looking.page.get_by_label("Password").fill("wrong")
    button(looking.page, "Sign in")
    looking.here("account-login-refused")


def look_at_signed_in(looking: Looking, user: User, names: list[str]) -> None:
    use_session_of(looking.page, user)
    for name in names:
        looking.at(f"{name}-{user}", reverse(name))
    looking.page.context.clear_cookies()


def look_at_steps(looking: Looking, page: Page) -> None:
    page.goto("/account/signup/")
    page.get_by_label("Email address").fill(ADA)
    button(page, "Mail me a code")
    looking.here("account-code")
    page.get_by_label("Code").fill(code_for(ADA))
    button(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    page.goto("/account/email/")
    page.get_by_label("New email address").fill("ada@new.example")
    button(page, "Mail me two codes")
    looking.here("account-address-codes")
    button(page, "Change the address")
    looking.here("account-address-codes-refused")
    button(page, "Sign out")
    page.goto("/account/login/")
    page.get_by_label("Email address").fill("settled@firm.example")
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in")
    looking.here("account-second-factor")


def use_session_of(page: Page, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.goto("/about/")
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.url}])


def test_everything_but_passkeys_works_without_script(new_page, live_server):
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="My account").click()
    page.get_by_role("link", name="Mail me a code").click()
    page.get_by_role("link", name="Open one").click()
    page.get_by_label("Email address").fill(ADA)
    button(page, "Mail me a code")
    page.get_by_label("Code").fill(code_for(ADA))
    button(page, "Continue")
    expect(page.get_by_role("main")).to_contain_text(f"You are signed in as {ADA}.")
    page.get_by_role("link", name="Delete the account").click()
    page.get_by_label("Your email address, to be sure").fill(ADA)
    button(page, "Delete my account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is deleted")
    assert not User.objects.exists()
    assert not Letter.objects.exclude(to_address="").exists()
