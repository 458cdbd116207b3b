"""What every answer carries: caching, safety headers, and errors in the same dress."""

import re
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from core import views
from core.middleware import CacheRules
from tests.browsing.pages import body, heading, text
from tests.factories import StaffFactory
from tests.qualities.addresses import ENTRANCES, all_paths, page_paths, stocked

pytestmark = pytest.mark.django_db

# Pages behind a form or a link: they depend on the visitor.
PRIVATE = {
    "alerts:subscribe", "alerts:check_mail", "alerts:fresh_link", "alerts:confirm", "alerts:manage", "alerts:stop",
    "opportunities:new_since", "opportunities:new_since_count", "readiness:readiness", "readiness:card", "readiness:rows",
    "readiness:dates", "readiness:advising", "alerts:told", "alerts:would_have_sent",
    *ENTRANCES,
    "letters:inbox", "letters:letter", "letters:letter_html", "livez", "readyz", "favicon", "api", "api:root",
}  # fmt: skip
SAFE = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Request-ID",
}
ERRORS = [
    (400, "This request could not be read"),
    (403, "You may not open this page"),
    (404, "This page is not here"),
    (405, "This page cannot be used in that way"),
    (429, "Too many tries in a short time"),
    (500, "Something went wrong on our side"),
    (503, "The site is not available right now"),
]


def asked(path):
    """Return the answer, read to its end: files close then."""
    answer = Client().get(path)
    body(answer)
    return answer


@pytest.fixture
def values():
    return stocked()


@pytest.mark.usefixtures("noon")
def test_public_pages_are_the_same_for_everybody_and_may_be_kept(values):
    for path in all_paths(values):
        answer = asked(path)
        if answer.resolver_match.view_name in PRIVATE:
            continue
        assert answer.status_code == 200, path
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5", path
        assert "Cookie" not in answer.get("Vary", ""), path
        assert dict(answer.cookies) == {}, path


@pytest.mark.usefixtures("noon")
def test_signed_in_staff_get_the_very_same_public_pages(values):
    staff = Client()
    staff.force_login(StaffFactory.create())

    for path in ("/", "/opportunities/", "/about/"):
        assert text(staff.get(path)) == text(Client().get(path))
        assert dict(staff.get(path).cookies) == {}


@pytest.mark.usefixtures("noon")
def test_private_pages_are_kept_by_nobody(values):
    seen = set()
    for path in all_paths(values):
        answer = asked(path)
        if (name := answer.resolver_match.view_name) in PRIVATE:
            seen.add(name)
            assert answer["Cache-Control"] == "private, no-store", path

    assert seen == PRIVATE


def test_a_public_page_that_set_a_cookie_is_private():
    def careless(request):
        response = views.about(request)
        response.set_cookie("name", "value")
        return response

    answer = CacheRules(careless)(RequestFactory().get("/about/"))

    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.usefixtures("noon")
def test_pages_behind_a_link_are_found_by_no_search_engine(values):
    for name in ("confirm", "manage", "stop"):
        answer = Client().get(f"/alerts/{name}/{values[f'alerts:{name}']['token']}/")
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.usefixtures("noon")
def test_every_answer_carries_the_safety_headers(values):
    for path in [*all_paths(values), "/never-was/", "/account/login/", "/?q=%00"]:
        answer = asked(path)
        assert SAFE - set(answer.headers) == set(), path
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        rules = dict(
            rule.strip().partition(" ")[::2]
            for rule in answer["Content-Security-Policy"].split(";")
        )
        assert rules["default-src"] == "'none'", path
        assert "unsafe" not in rules.get("script-src", ""), path  # else nothing is run at all
        # The inbox of the demonstration shows letters, whose styles are in attributes, in a sandbox.
        assert "unsafe" not in rules.get("style-src", "") or "sandbox" in rules, path


def test_request_ids_differ(client):
    assert client.get("/about/")["X-Request-ID"] != client.get("/about/")["X-Request-ID"]


BROKEN = {500: RuntimeError(), 503: OperationalError()}


def failing(client: Client, status: int, monkeypatch: pytest.MonkeyPatch):
    """Ask for something that ends in ``status``."""
    if status in BROKEN:
        monkeypatch.setattr("core.views.render", Mock(side_effect=BROKEN[status]))
        client.raise_request_exception = False
        try:
            return client.get("/about/")
        finally:
            monkeypatch.undo()
    if status == 429:
        for _try in range(10):
            client.post("/alerts/fresh-link/", {"email": "reader@example.com"})
        return client.post("/alerts/fresh-link/", {"email": "reader@example.com"})
    if status == 403:
        client.force_login(StaffFactory.create(is_superuser=False))
        return client.get("/admin/opportunities/opportunity/")
    if status == 405:
        return client.post("/about/")
    return client.get("/?q=%00" if status == 400 else "/never-was/")


@pytest.mark.parametrize(("status", "title"), ERRORS)
def test_every_error_is_a_page_of_the_house(client, monkeypatch, status, title):
    answer = failing(client, status, monkeypatch)

    page = text(answer)
    assert (answer.status_code, heading(answer)) == (status, title)
    assert f"<title>{title} | NYC Law Department Purchases</title>" in page
    assert re.search(r'<html lang="en" dir="ltr">', page)
    assert page.count("<main ") == 1
    assert '<a class="usa-skipnav" href="#main-content">' in page
    assert answer["Cache-Control"] == "private, no-store"


def test_a_form_without_its_token_is_refused_with_a_page():
    answer = Client(enforce_csrf_checks=True).post("/alerts/", {"email": "reader@example.com"})

    assert (answer.status_code, heading(answer)) == (403, "This form was open too long")


@pytest.mark.parametrize(("status", "seconds"), [(429, "3600"), (503, "60")])
def test_errors_that_pass_say_when_to_come_back(client, monkeypatch, status, seconds):
    assert failing(client, status, monkeypatch)["Retry-After"] == seconds


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.usefixtures("noon")
def test_a_page_to_be_read_says_so_to_whoever_writes(values, method):
    for path in page_paths(values):
        if (
            path.startswith(("/new-since/", "/account/"))
            or path.endswith("/readiness/")
            or ("/alerts/" in path and "/check-mail" not in path)
        ):
            continue  # these have a form
        answer = getattr(Client(), method)(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), path


@pytest.mark.usefixtures("noon")
def test_head_answers_as_get_without_the_page(values):
    for path in page_paths(values):
        got, asked = Client().get(path), Client().head(path)
        assert (asked.status_code, asked.content) == (got.status_code, b""), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/robots.txt", 200),
        ("/livez", 200),
        ("/en/", 404),
        ("/es/", 404),
        ("/xx/opportunities/", 404),
        ("/about", 301),
        ("/favicon.ico", 302),
    ],
)
def test_english_has_no_prefix_and_unknown_languages_no_page(client, path, status):
    assert client.get(path).status_code == status


def test_robots_are_kept_from_the_desk_and_from_signed_links(client):
    answer = client.get("/robots.txt")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert text(answer).split("\n")[:3] == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /alerts/",
    ]


@pytest.mark.parametrize("language", ["es", "ar", "tlh", "", "*", "en;q=0.1, zh"])
def test_the_language_is_in_the_address_and_nowhere_else(client, language):
    answer = client.get("/about/", headers={"Accept-Language": language})

    assert answer["Content-Language"] == "en"
    assert text(answer) == text(client.get("/about/"))
