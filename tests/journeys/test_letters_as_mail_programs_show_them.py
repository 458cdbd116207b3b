"""Every kind of letter as it looks: narrow and wide, light and dark, and from right to left.

With ``UPDATE_SCREENSHOTS=1`` pictures are left in ``test-output/letters`` for people to look at, beside the letters.
"""

import os
from email import message_from_bytes, policy

import pytest

from tests.alerting.post import part
from tests.browser import violations
from tests.environment import ROOT
from tests.journeys.looking import SIDEWAYS, show_in
from tests.letters.kinds import KINDS, LANGUAGES, as_if_translated, sent

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]

FOLDER = ROOT / "test-output" / "letters"
# One of each template, and what is seldom: the others differ by a sentence. Pictures are taken of all.
TELLING = (
    "alerts-confirm", "alerts-manage", "alerts-new", "alerts-changed", "alerts-several",
    "accounts-login-code", "accounts-account-already-exists", "accounts-unknown-account",
    "accounts-email-changed", "accounts-password-changed",
    "vendors-invitation", "vendors-several-lapsing", "vendors-off-the-list",
)  # fmt: skip
PICTURES = bool(os.environ.get("UPDATE_SCREENSHOTS"))


def test_letters_can_be_read_on_any_screen(new_page, mailserver, settings):
    settings.LANGUAGES = [("en", "English"), *((code, code) for code in LANGUAGES)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    letters = {name: sent(name, mailserver) for name in (KINDS if PICTURES else TELLING)}
    with as_if_translated():
        for language in ("ar", "bn"):
            letters[f"alerts-several.{language}"] = sent(
                "alerts-several", mailserver, language=language
            )
    page, problems = new_page(), []
    for name, raw in letters.items():
        message = message_from_bytes(raw, policy=policy.default)
        show(page, part(message, "plain"), "text/plain")
        picture(page, f"{name}-text")
        show(page, part(message, "html"), "text/html")
        problems += [f"{name}: {each}" for each in look_at(page, name)]

    assert problems == []


def show(page, content, kind):
    page.unroute_all()
    page.route(
        "**/letter",
        lambda route: route.fulfill(body=content, content_type=f"{kind}; charset=utf-8"),
    )
    page.set_viewport_size({"width": 600, "height": 640})
    page.goto("/letter")


def look_at(page, name):
    """Yield what is wrong with the letter that is open. What one can read does not depend on the width."""
    for scheme in ("light", "dark"):
        show_in(page, scheme)
        for width in (600, 320):
            page.set_viewport_size({"width": width, "height": 640})
            picture(page, f"{name}-{width}-{scheme}")
            if page.evaluate(SIDEWAYS) > 0:
                yield f"scrolls sideways at {width}"
        yield from violations(page)


def picture(page, name):
    if PICTURES:
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
