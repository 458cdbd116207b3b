"""What every page owes its reader, whoever wrote it: read from the URLconf, so that a new page is held too."""

import re
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from accounts.models import User
from alerts import actions
from alerts.models import Subscription
from core import views
from opportunities.actions import amend
from opportunities.choices import Method
from opportunities.methods import facts as facts_of
from opportunities.models import (
    Agency,
    CommodityCode,
    MethodLimit,
    OfficialLink,
    Opportunity,
)
from tests.accounts.people import person
from tests.alerting.post import part, tick
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, subscribe
from tests.getting_ready.furnished import furnished_business
from tests.qualities.addresses import account_addresses, page_paths, stocked
from vendors.models import Holding, Vendor

pytestmark = pytest.mark.django_db

VOID = {"meta", "link", "input", "br", "hr", "img", "wbr"}
# Links in a page's head that a browser does not follow by itself.
ONLY_NAMED = {"alternate", "canonical", "search"}
# Attributes that are read aloud or shown.
SPOKEN = {"aria-label", "title", "alt", "placeholder", "content"}


class Reader(HTMLParser):
    """Notes what a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.tags.append((tag, has))
        if tag not in VOID:
            self._open.append((tag, has))
        for name in SPOKEN & set(has):
            # Of a page's data only the description is for people.
            if tag != "meta" or has.get("name") == "description":
                self._note(has[name])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "option"} & {tag for tag, _has in self._open}:
            self._note(data)

    def _note(self, words: str) -> None:
        # translate="no" marks names that are the same in every language.
        if words.strip() and not any(has.get("translate") == "no" for _tag, has in self._open):
            self.words.append(words.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [has for name, has in self.tags if name == tag]


@pytest.fixture
def pages(noon, client) -> dict[str, str]:
    """Every page as a visitor gets it, with one of everything that it may show, and empty."""
    addresses = page_paths(stocked())
    found = {path: text(client.get(path)) for path in addresses}
    found |= pages_of_a_business()
    found["nothing found"] = text(client.get("/opportunities/?q=helicopters&industry=goods"))
    found["a mistake"] = text(client.post("/alerts/", {"email": "nobody"}))
    found["a torn link"] = text(client.get("/alerts/confirm/torn/"))
    return found | account_pages() | error_pages()


def account_pages() -> dict[str, str]:
    """Every page of accounts that somebody signed in opens just so."""
    client = Client()
    client.force_login(person("reader@example.com", None))
    answers = {each.name: client.get(each.path()) for each in account_addresses() if not each.parts}
    return {
        name: text(answer)
        for name, answer in answers.items()
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    }


def pages_of_a_business() -> dict[str, str]:
    """Every page of a business as its owner gets it, with holdings in every state."""
    vendor, paths = furnished_business()
    client = Client()
    client.force_login(vendor.anchor.user)
    return {path: text(client.get(path)) for path in paths}


def error_pages() -> dict[str, str]:
    request = Client().get("/about/").wsgi_request
    answers = [
        views.bad_request(request),
        views.forbidden(request),
        views.csrf_refused(request),
        views.not_found(request),
        views.not_allowed(request, allowed="GET"),
        views.too_many_requests(request, retry_after=3600),
        views.server_error(request),
    ]
    return {f"error {number}": text(answer) for number, answer in enumerate(answers)}


def test_every_page_has_its_bones(pages):
    problems = []
    for path, page in pages.items():
        reader = Reader(page)
        (html,) = reader.all("html")
        bones = {
            "lang": html.get("lang") == "en" and html.get("dir") == "ltr",
            "title": re.search(r"<title>\s*[^|<\s][^|<]* \| NYC Law Department Purchases</title>", page),
            "h1": len(reader.all("h1")) == 1,
            "main": [has.get("id") for has in reader.all("main")] == ["main-content"],
            "header": len(reader.all("header")) == 1,
            "footer": len(reader.all("footer")) == 1,
            "skip link": 'class="usa-skipnav" href="#main-content"' in page,
            "viewport": any(has.get("name") == "viewport" for has in reader.all("meta")),
            "ids once": len(ids := [has["id"] for _tag, has in reader.tags if "id" in has]) == len(set(ids)),
        }  # fmt: skip
        problems += [f"{path}: {bone}" for bone, stands in bones.items() if not stands]

    assert problems == []


def test_no_page_has_inline_script_or_style_or_foreign_parts(pages):
    problems = []
    for path, page in pages.items():
        reader = Reader(page)
        # Data runs nowhere.
        scripts = [has for has in reader.all("script") if has.get("type") != "application/json"]
        inline = [has for has in scripts if not has.get("src")] + reader.all("style")
        problems += [f"{path}: inline {has}" for has in inline]
        for tag, has in reader.tags:
            problems += [
                f"{path}: {name}=" for name in has if name == "style" or name.startswith("on")
            ]
            source = has.get("src", "") or (has.get("href", "") if tag == "link" else "")
            if source and not source.startswith("/static/") and has.get("rel") not in ONLY_NAMED:
                problems.append(f"{path}: {tag} {source}")
            if tag == "form" and not has.get("action", "/").startswith("/"):
                problems.append(f"{path}: form {has}")

    assert problems == []


def test_every_field_has_a_label(pages):
    problems = []
    for path, page in pages.items():
        reader = Reader(page)
        labels = {has.get("for") for has in reader.all("label")}
        controls = [
            has
            for tag in ("input", "select", "textarea")
            for has in reader.all(tag)
            if has.get("type") not in {"hidden", "submit"}
        ]
        problems += [
            f"{path}: {has}"
            for has in controls
            if has.get("id") not in labels and "aria-label" not in has
        ]

    assert problems == []


def test_every_link_leads_somewhere(noon, client):
    values = stocked()
    ours = {
        has["href"].partition("#")[0]
        for path in page_paths(values)
        for has in Reader(text(client.get(path))).all("a")
        if has.get("href", "").startswith("/")
    }

    codes = {}
    for address in ours:
        answer = client.get(address, follow=True)  # to sign-in, for one's own pages
        list(answer)  # to the end, so that files are closed
        codes[address] = answer.status_code

    assert {address: code for address, code in codes.items() if code != 200} == {}
    assert len(ours) > 20


# --- Every string is marked for translation -------------------------------------------------------


@pytest.fixture
def _bracketed(monkeypatch):
    """Translate into a language in which every string that is marked for translation stands in ⟦brackets⟧."""

    def bracketing(real):
        return lambda *message: f"⟦{words}⟧" if (words := real(*message)) else words

    translation.gettext("")  # makes Django choose its functions, which are then replaced
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(
            f"django.utils.translation._trans.{name}", bracketing(getattr(trans_real, name))
        )


def unmarked(page: str, data: set[str]) -> list[str]:
    """Return the words of a page that stand in no brackets and are no data of the site."""
    reader = Reader(page)
    outside, depth = [], 0
    for words in reader.words:
        kept = ""
        for letter in words:
            depth += letter == "⟦"
            kept += letter if not depth else " "
            depth -= letter == "⟧"
        outside += [kept.strip()]
    return [words for words in outside if any(map(str.isalpha, _without(words, data)))]


def _without(words: str, data: set[str]) -> str:
    for known in sorted(data, key=len, reverse=True):
        words = words.replace(known, " ")
    return words


def site_data() -> set[str]:
    """Return what the rows say: titles, names, sources. Staff write it, in the language they choose."""
    values = {"NYC Law Department Purchases", "Smartboards", "reader@example.com"}
    used = set(Opportunity.objects.values_list("naics", flat=True))
    for model in (
        Agency,
        CommodityCode,
        MethodLimit,
        OfficialLink,
        Opportunity,
        Subscription,
        User,
        Vendor,
        Holding,
    ):
        for row in model._base_manager.all():
            if isinstance(row, CommodityCode) and row.scheme == "naics" and row.pk not in used:
                continue  # a thousand that no page shows
            texts = [
                getattr(row, field.name)
                for field in row._meta.concrete_fields
                if not field.is_relation and not field.choices
            ]
            values |= {
                str(row),
                *(text for text in texts if isinstance(text, str) and len(text) > 1),
            }
    values |= {facts.authority for facts in map(facts_of, Method)}
    values |= {facts.passport_words for facts in map(facts_of, Method)}
    return values - {""}


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>⟦Marked⟧</p>", []),
        ("<p>⟦Marked <a href=x>with a link</a> in it⟧, 12</p>", []),
        ("<p>⟦Marked⟧ and not</p>", ["and not"]),
        ('<a aria-label="Close">⟦x⟧</a>', ["Close"]),
        ("<p>Boards</p><p translate=no>RFI</p>", []),
        ("<p>⟦Open⟧ Boards of wood</p>", ["Boards of wood"]),
    ],
)
def test_words_that_are_not_marked_are_found(page, found):
    assert unmarked(page, {"Boards"}) == found


@pytest.mark.usefixtures("_bracketed")
def test_every_word_of_every_page_is_marked_for_translation(pages):
    data = site_data()

    found = {(path, words) for path, page in pages.items() for words in unmarked(page, data) if not path.startswith("/inbox/")}  # fmt: skip

    assert sorted(found) == []


@pytest.mark.usefixtures("_bracketed")
def test_every_word_of_every_letter_is_marked_for_translation(noon):
    call_command("load_upcoming")
    subscribe("reader@example.com", moment=noon)
    subscribe("other@example.com", confirmed=False, moment=noon)
    actions.ask_for_link("reader@example.com", moment=noon)
    listed = OpportunityFactory.create(title="Smartboards", published=True, at=noon)
    letters = tick(noon + timedelta(minutes=15))
    listed.value_max = Decimal(9)
    amend(listed, by=None, moment=noon)
    letters += tick(noon + timedelta(minutes=15))
    data = site_data()

    found = {
        (letter["Subject"], words)
        for letter in letters
        for page in (part(letter, "html"), f"<p>{_without_links(part(letter, 'plain'))}</p>")
        for words in unmarked(_without_links(page), data)
    }

    assert len(letters) == 4
    assert sorted(found) == []


def _without_links(page: str) -> str:
    return re.sub(r"https?://[^\s<\"]+", "", page)
