"""Hostile input is ordinary input: whatever the bytes, a page or a clear 4xx, and nothing lost."""

import gzip
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.http import HttpResponseBase, QueryDict
from django.test import Client

from alerts.models import Subscriber
from letters.models import Letter
from opportunities.models import Opportunity, Revision
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, StaffFactory, subscribe
from tests.qualities.addresses import SOME_UUID, all_paths, path_with, public_addresses, stocked

pytestmark = pytest.mark.django_db

# Already in the form of an address. Bytes that no text has, and text that other programs choke on.
HOSTILE = {
    "empty": "",
    "NUL": "%00",
    "NUL within": "smart%00boards",
    "broken UTF-8": "%ff%fe%80",
    "overlong UTF-8": "%c0%80%c0%af",
    "lone surrogate": "%ed%a0%80",
    "100 kB": "a" * 100_000,
    "100 kB of words": quote("boards " * 14_000),
    "beyond 63 bits": str(2**63),
    "beyond 64 bits": str(-(2**64)),
    "negative": "-1",
    "beyond floats": "1e309",
    "not a number": "NaN",
    "5,000 digits": "9" * 5000,
    "underscored number": "1_0",
    "other digits": quote("١٢٣"),
    "superscript": quote("²"),
    "absurd page": "99999999999999999999",
    "unbalanced quotes": quote("\"'“"),
    "SQL": quote('" OR 1=1; DROP TABLE opportunities_opportunity; --'),
    "like": quote("%_\\%"),
    "33 dashes": "-" * 33,
    "dashes apart": quote("- " * 40),
    "500 quotes": quote('"' * 500),
    "300 brackets": "(" * 300 + ")" * 299,
    "operators": quote("& | ! <-> :* AND OR NOT NEAR/2 *"),
    "only stop words": quote("the of and"),
    "RTL override": quote("\u202eboards\u202c"),
    "zero width": quote("b\u200bo\u200da\ufeffrds"),
    "accents piled up": quote("e" + "\u0301" * 60),
    "emoji": quote("🪑👩🏽‍⚖️" * 50),
    "other planes": quote("𝒮𝓂𝒶𝓇𝓉 𐍈"),
    "grows when folded": quote("ß" * 200 + "ﷺ" * 200),
    "line ends": "%0d%0aSet-Cookie:%20a=b",
    "control characters": "%01%02%1b%7f%c2%85%e2%80%a8",
    "markup": quote("<script>alert(1)</script>"),
    "template": quote("{{ settings.SECRET_KEY }}{% debug %}"),
    "path": quote("../../etc/passwd", safe=""),
    "address": quote("//evil.example/"),
    "date": "9999-99-99",
    "JSON": quote('{"$gt": ""}'),
}
PARAMETERS = [
    "after",
    "before",
    "q",
    "phase",
    "industry",
    "method",
    *["naics", "value", "quarter", "brand", "due", "posted", "changed"],
    *["kinds", "frequency", "weekday", "hour", "language"],
    *["after", "before", "limit", "cursor"],
    "page",
    "next",
    "email",
    "sort",
    "lang",
    "fields[]",
    "ref",
    "answers",
    "%00",
    "%ff",
]
PUBLIC = [address.name for address in public_addresses()]
# Feeds in XML are left out: markup in them must be text.
DATA = {
    "application/json",
    "text/calendar",
    "text/csv",
    "application/feed+json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ALLOWED = {200, 204, 301, 302, 400, 403, 404, 405, 410, 413, 414, 422, 429}


@pytest.fixture
def values():
    return stocked()


def trouble(answer: HttpResponseBase, what: object) -> Iterator[str]:
    """Say what is wrong with an answer to something hostile."""
    if answer.status_code not in ALLOWED:
        yield f"{answer.status_code} for {what}"
    if "Set-Cookie" in answer.headers or "evil.example" in answer.get("Location", ""):
        yield f"{answer.headers} for {what}"
    if not is_data(answer) and "<script>alert" in text(answer):
        yield f"markup in the answer to {what}"


def is_data(answer: HttpResponseBase) -> bool:
    """Say whether a browser can run nothing of an answer, whatever stands in it: it may not guess its kind."""
    kind = answer.get("Content-Type", "").partition(";")[0]
    return kind in DATA and answer.get("X-Content-Type-Options") == "nosniff"


def ask(path: str, **extra) -> HttpResponseBase:
    """Ask as a client does that does not mend what it sends."""
    path, _mark, query = path.partition("?")
    return Client(raise_request_exception=False).get(path, QUERY_STRING=query, **extra)


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.usefixtures("noon")
def test_every_page_survives_every_parameter(values, quarter):
    """Quarters of the list, so that two processes share the work."""
    troubles = [
        found
        for name, value in [*HOSTILE.items()][quarter::4]
        for path in all_paths(values)
        for found in trouble(
            ask(f"{path}?{'&'.join(f'{parameter}={value}' for parameter in PARAMETERS)}"),
            (path, name),
        )
    ]

    assert troubles == []


@pytest.mark.parametrize("parameter", ["q", "phase", "industry", "method", "page"])
@pytest.mark.usefixtures("noon")
def test_the_listing_survives_each_parameter_alone(parameter):
    OpportunityFactory.create_batch(2, published=True)

    troubles = [
        found
        for name, value in HOSTILE.items()
        for found in trouble(
            ask(f"/opportunities/?{parameter}={value}", headers={"HX-Request": "true"}), name
        )
    ]

    assert troubles == []


@pytest.mark.parametrize("name", [name for name, value in HOSTILE.items() if "%00" not in value])
def test_any_text_is_a_search_and_is_shown_as_text(name):
    answer = ask(f"/opportunities/?q={HOSTILE[name]}")

    assert answer.status_code == 200


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("query", ["&".join(["industry=goods"] * 1500), "&" * 1500, "a&" * 1500])
def test_1500_parameters_are_refused_or_ignored(values, query):
    troubles = [
        found for path in all_paths(values) for found in trouble(ask(f"{path}?{query}"), path)
    ]

    assert troubles == []


@pytest.mark.parametrize("name", HOSTILE)
def test_every_address_survives_every_part(name):
    """Tokens, references and keys that nobody made: a 404, never an error."""
    with_parts = [address for address in public_addresses() if address.parts]

    troubles = []
    for address in with_parts:
        good = path_with(address, "PART")
        assert good is not None
        hostile = HOSTILE[name] or "%20"
        paths = {good.replace("PART", hostile), good.replace(SOME_UUID, hostile)} - {good}
        for answer in map(ask, paths):
            troubles += [
                *trouble(answer, (address.name, name)),
                *([f"{answer.status_code} for {address.name}"] if answer.status_code < 400 else []),
            ]

    assert troubles == []
    assert len(with_parts) >= 5


FORMS = ["/alerts/", "/alerts/fresh-link/", "/new-since/"]


def numbers() -> Iterator[tuple[str, bytes]]:
    """Bodies for the forms behind links, which read numbers."""
    for name, value in HOSTILE.items():
        yield name, f"subscription={value}&stop={value}".encode()


def bodies() -> Iterator[tuple[str, bytes]]:
    for name, value in HOSTILE.items():
        wishes = "&".join(f"{field}={value}" for field in ("q", "industry", "method"))
        yield f"{name} as an address", f"email={value}".encode()
        yield f"{name} as wishes", f"email=a@example.com&{wishes}".encode()
    yield "1,500 fields", b"industry=goods&" * 1500
    yield "3 MB", b"q=" + b"a" * 3_000_000
    yield "not UTF-8", b"email=\xff\xfe&q=\xed\xa0\x80"


@pytest.mark.usefixtures("noon")
def test_every_form_survives_every_body(values):
    behind_links = [
        f"/alerts/{name}/{values[f'alerts:{name}']['token']}/"
        for name in ("confirm", "manage", "stop")
    ]
    kind = "application/x-www-form-urlencoded"
    browser = Client(raise_request_exception=False)

    posts = [(address, *body) for address in FORMS for body in bodies()]
    posts += [(address, *body) for address in behind_links for body in numbers()]
    answers = {
        (address, name): browser.post(
            address, body, content_type=kind, REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}"
        ).status_code
        for number, (address, name, body) in enumerate(posts)
    }

    assert {asked: code for asked, code in answers.items() if code not in ALLOWED} == {}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=email\r\n\r\na"),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 5000),
        ("multipart/form-data; boundary=" + "x" * 300, b"--"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"email=a@example.com"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"email=a@example.com"),
        ("application/json", b'{"email": "\\ud800"}'),
        ("text/plain", gzip.compress(b"email=a@example.com", mtime=0)),
        ("", b"email=a@example.com"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("noon")
def test_every_form_survives_every_kind_of_body(kind, body):
    for address in FORMS:
        browser = Client(raise_request_exception=False)
        answer = browser.generic("POST", address, body, content_type=kind)
        assert answer.status_code in {302, 400, 415, 422}, (address, kind)


@pytest.mark.usefixtures("noon")
def test_hostile_wishes_change_nothing():
    OpportunityFactory.create(published=True)
    subscribe("reader@example.com")

    def rows():
        return [model.objects.count() for model in (Opportunity, Revision, Letter, Subscriber)]

    before = rows()

    for value in HOSTILE.values():
        Client(raise_request_exception=False).post(
            "/alerts/", f"email={value}&q={value}", content_type="application/x-www-form-urlencoded"
        )
        ask(f"/opportunities/?q={value}&after={value}")

    assert rows() == before


LONG_WISHES = [
    "🪑" * 198 + " b",
    "ß" * 200,
    "ﷺ" * 200,
    " ".join("b" * 100),
    "&" * 198 + " b",
    "漢" * 200,
]


@pytest.mark.parametrize("wish", LONG_WISHES)
def test_the_longest_wish_in_any_script_is_kept_and_read_back(client, noon, wish):
    everything = {
        "industry": ["goods", "professional-services", "standard-services", "construction", "human-services"],
        "method": ["mwbe-small-purchase"],
    }  # fmt: skip

    answer = client.post("/alerts/", {"email": "reader@example.com", "q": wish} | everything)

    stored = Subscriber.objects.get().subscriptions.get()
    assert answer.status_code == 302
    assert (stored.search.text, stored.search) == (wish, stored.saved_search.search)


@pytest.mark.parametrize(
    "address",
    [
        "reader@" + ".".join(["ß" * 31] * 7) + ".com",
        "reader@" + "ß" * 63 + ".com",
        "reader@" + "a" * 63 + "." + "b" * 190 + ".com",
        "ŉ" * 60 + "@example.com",
    ],
)
def test_an_address_that_grows_when_folded_is_refused_or_kept(client, noon, address):
    answer = client.post("/alerts/", {"email": address})

    assert answer.status_code in {302, 422}


@pytest.fixture
def desk():
    browser = Client(raise_request_exception=False)
    browser.force_login(StaffFactory.create())
    return browser


def changelists() -> list[tuple[str, list[str]]]:
    """Return each list at the desk with the names of its filters."""
    return [
        (
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/",
            [f"{name}__exact" for name in registered.list_filter if isinstance(name, str)],
        )
        for model, registered in admin.site._registry.items()
    ]


@pytest.fixture
def _one_row_a_page(monkeypatch):
    """Draw one row of each list: every link of every row repeats the 100 kB of a search."""
    for registered in admin.site._registry.values():
        monkeypatch.setattr(registered, "list_per_page", 1)
        monkeypatch.setattr(registered, "list_max_show_all", 1)


@pytest.mark.parametrize(
    "name",
    [
        "NUL", "broken UTF-8", "lone surrogate", "100 kB", "100 kB of words", "1,000 words", "beyond 63 bits", "beyond 64 bits",
        "negative", "beyond floats", "not a number", "5,000 digits", "unbalanced quotes", "like", "500 quotes", "emoji",
        "line ends", "grows when folded", "date",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("noon", "_one_row_a_page")
def test_every_list_at_the_desk_survives_every_search_and_filter(desk, name):
    OpportunityFactory.create(published=True)
    subscribe("reader@example.com")
    value = (HOSTILE | {"1,000 words": "a+" * 1000})[name]

    answers = {
        (path, parameter): desk.get(path, QUERY_STRING=f"{parameter}={value}").status_code
        for path, filters in changelists()
        for parameter in ["q", f"all=&o={value}&p", *filters]
    }

    assert {asked: code for asked, code in answers.items() if code not in {200, 302, 400}} == {}
    assert len(changelists()) >= 10


@pytest.mark.parametrize(
    "part", ["0", "-1", str(2**63), "a", "%20", "%ff", "%C2%B2", "9" * 5000, '"_20']
)
def test_every_object_at_the_desk_survives_every_key(desk, part):
    answers = [
        desk.get(f"{path}{part}/{page}/").status_code
        for path, _filters in changelists()
        for page in ("change", "history", "delete")
    ]

    assert set(answers) <= {302, 403, 404}


@pytest.mark.parametrize(
    "query",
    ["created_by__password__startswith=a", "nonsense=1", "created_by__email=a", "e=1", "_popup=1", "stage__in=draft"],
)  # fmt: skip
def test_filters_that_the_desk_does_not_offer_are_refused(desk, query):
    answer = desk.get(f"/admin/opportunities/opportunity/?{query}")

    assert answer.status_code in {200, 302, 400}
    assert "password" not in answer.get("Location", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost@evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "testserver:evil"},
        {"Host": "testserver\tevil.example"},
        {"Host": ""},
    ],
)
def test_a_host_that_is_not_ours_is_refused(headers):
    for path in ("/", "/opportunities/", "/alerts/", "/robots.txt", "/account/login/"):
        answer = ask(path, headers=headers)
        assert (answer.status_code, "evil" in text(answer)) == (400, False), path


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-Url"]
)
def test_no_other_header_chooses_the_host(values, header, noon):
    plain = Client().get("/opportunities/")

    answer = ask("/opportunities/", headers={header: "host=evil.example"})

    assert (answer.status_code, text(answer)) == (200, text(plain))


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\t//evil.example", "javascript:alert(1)"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(client, target):
    officer = StaffFactory.create()
    officer.set_password("a very long password")
    officer.save()
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    known = {"login": officer.email, "password": "a very long password"}

    for form in (known, known | {"next": target}):
        client.logout()
        answer = client.post(f"/account/login/?{urlencode({'next': target})}", form)

        assert (answer.status_code, answer.url) == (
            302,
            "/accounts/profile/",
        ) or answer.url == "/admin/"


@pytest.mark.usefixtures("noon")
def test_what_pages_read_from_an_address_is_all_tested(values, monkeypatch):
    read = set()

    def noting(method):
        def note(query, name, *rest):
            read.add(name)
            return method(query, name, *rest)

        return note

    for name in ("get", "getlist", "__getitem__"):
        monkeypatch.setattr(QueryDict, name, noting(getattr(QueryDict, name)))
    for path in all_paths(values):
        list(Client().get(path))  # to the end, so that files are closed

    assert {"q", "after"} <= read <= set(PARAMETERS)
