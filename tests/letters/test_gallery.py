"""The gallery: every letter that the portal can send, at the desk."""

from email import message_from_bytes, policy

import pytest
from django.conf import settings

from letters.gallery import EXAMPLES
from tests.browsing.pages import text
from tests.environment import ROOT
from tests.factories import StaffFactory

EMAILS = ROOT / "templates" / "emails"
ADDRESSES = [(example, code) for example in EXAMPLES.values() for code, _name in settings.LANGUAGES]


def templates() -> set[str]:
    """Return the name of each letter that has templates."""
    endings = EMAILS.rglob("*.subject.txt")
    return {str(file.relative_to(EMAILS)).removesuffix(".subject.txt") for file in endings}


def test_every_letter_that_has_templates_has_an_example():
    assert {example.template for example in EXAMPLES.values()} == templates()
    assert "alerts/news" in templates()


def test_every_part_of_a_letter_belongs_to_one_that_has_a_subject():
    parts = {
        str(file.relative_to(EMAILS).with_suffix(""))
        for kind in ("html", "txt")
        for file in EMAILS.rglob(f"*.{kind}")
    }

    assert {part.removesuffix(".subject") for part in parts} - {"base"} == templates()


@pytest.mark.parametrize(
    ("example", "language"), ADDRESSES, ids=lambda part: getattr(part, "key", part)
)
def test_an_example_is_made_without_the_database(example, language):
    words = example.written(language)

    assert all([words.subject, words.text, words.html])
    assert "{{" not in words.text


@pytest.mark.django_db
def test_gallery_shows_every_letter_and_leads_to_each_in_every_language(client):
    client.force_login(StaffFactory.create())

    page = text(client.get("/admin/letters/letter/gallery/"))

    for example, language in ADDRESSES:
        assert example.written("en").subject in page
        assert f'href="/admin/letters/letter/gallery/{example.key}/{language}/"' in page


@pytest.mark.django_db
def test_an_example_is_shown_with_its_subject_its_text_and_its_html_in_a_frame(client):
    client.force_login(StaffFactory.create())
    address = "/admin/letters/letter/gallery/alerts.news.new/en/"

    page = client.get(address)
    framed = client.get(f"{address}html/")

    assert "New: Smartboards" in text(page)
    assert "Responses due: March 2, 2027, 2 p.m. New York time (EST)" in text(page)
    assert f'<iframe class="desk-mail" src="{address}html/" sandbox ' in text(page)
    assert "frame-src &#x27;self&#x27;" not in text(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "<h1" in text(framed)
    rules = set(framed["Content-Security-Policy"].split("; "))
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'", "sandbox"} <= rules  # fmt: skip
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
def test_an_example_opens_in_a_mail_program(client):
    client.force_login(StaffFactory.create())

    answer = client.get("/admin/letters/letter/gallery/alerts.news.new/en/letter.eml")
    mail = message_from_bytes(answer.content, policy=policy.default)

    assert answer["Content-Type"] == "message/rfc822"
    assert mail["Subject"] == "New: Smartboards"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["alerts.news.new/xx/", "nothing/en/", "nothing/en/html/"])
def test_what_is_not_in_the_gallery_is_not_found(address, client):
    client.force_login(StaffFactory.create())

    assert client.get(f"/admin/letters/letter/gallery/{address}").status_code == 404


@pytest.mark.django_db
def test_gallery_is_for_everybody_at_the_desk_and_for_nobody_else(client):
    address = "/admin/letters/letter/gallery/"

    assert client.get(address).status_code == 302
    client.force_login(StaffFactory.create(is_superuser=False))
    assert client.get(address).status_code == 200
