"""What every address under /api/ owes a program: a description that is true, problems, tags, no cookies."""

import json
import re

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError
from django.test import Client
from jsonschema import Draft202012Validator

from opportunities.api import listing
from procurement_portal.api import description
from tests.api.asking import API, ask
from tests.api.stock import publish, stocked_log
from tests.browsing.pages import text

pytestmark = pytest.mark.django_db
DESCRIPTION = json.loads(json.dumps(description(), cls=DjangoJSONEncoder))
OPERATIONS = {
    f"{path} {status}": content
    for path, methods in DESCRIPTION["paths"].items()
    for status, response in methods["get"]["responses"].items()
    for content in response.get("content", {}).values()
}
READ = [
    "/opportunities",
    "/opportunities/smartboards",
    "/changes",
    "/requirements",
    "/limits",
    "/vocabularies",
    "/ocds/releases",
    "/ocds/releases/smartboards",
    "/ocds/records/smartboards",
    "/ocds/extension/extension.json",
    "/openapi.json",
]
PROBLEM = "application/problem+json"


# --- The description ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_has_an_example_that_conforms(name):
    content = OPERATIONS[name]
    schema = content["schema"] | {"components": DESCRIPTION["components"]}

    assert [*Draft202012Validator(schema).iter_errors(content["example"])] == []


def test_every_operation_says_what_it_is_and_what_it_refuses_with():
    for path, methods in DESCRIPTION["paths"].items():
        (operation,) = methods.values()
        assert [*methods] == ["get"]
        assert operation["summary"]
        assert operation["description"]
        assert {"200", "304", "405", "429", "500", "503"} <= {*operation["responses"]}, path
        assert "Allow" in operation["responses"]["405"]["headers"]
        assert all(each["description"] for each in operation["parameters"]), path
        assert bool(operation["parameters"]) == ("400" in operation["responses"]), path


def test_the_description_is_served_with_our_address_and_asks_for_no_key(settings):
    settings.SITE_URL = "https://purchases.example.gov"

    served = ask("/openapi.json").json()

    assert served == DESCRIPTION | {"servers": [{"url": "https://purchases.example.gov"}]}
    assert (served["openapi"], served["security"]) == ("3.1.0", [])
    assert served["info"]["license"]["name"]


def test_the_page_tells_of_every_operation_parameter_and_form(client):
    page = text(client.get("/open-data/"))

    for path, methods in DESCRIPTION["paths"].items():
        assert f"GET {path}<" in page
        assert f'id="{methods["get"]["operationId"]}"' in page
        for parameter in methods["get"]["parameters"]:
            assert f">{parameter['name']}</code>" in page
    for name in DESCRIPTION["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    assert "<script" not in page


@pytest.mark.parametrize("path", ["/api/", "/api/v1/"])
def test_the_root_leads_to_the_page(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/open-data/")


# --- Problems -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/nowhere", 404),
        ("get", "/opportunities/", 404),
        ("get", "/opportunities/a%20b", 404),
        ("get", "/opportunities/nothing", 404),
        ("get", "/opportunities?q=%00", 400),
        ("get", "/opportunities?limit=0", 400),
        ("get", "/opportunities/" + "a" * 81, 400),
        ("get", "/opportunities/a%00", 400),
        ("get", "/ocds/extension/other.json", 400),
        ("post", "/changes", 405),
        ("put", "/opportunities/smartboards", 405),
        ("delete", "/ocds/releases.jsonl", 405),
        ("post", "/openapi.json", 405),
        ("post", "/nowhere", 404),
    ],
)
def test_every_refusal_is_a_problem(method, path, status):
    answer = getattr(Client(enforce_csrf_checks=True), method)(f"{API}{path}")

    said = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert {*said} == {"type", "title", "status", "detail", "errors"}
    assert (said["status"], answer["Content-Length"]) == (status, str(len(answer.content)))
    assert ("Allow" in answer) == (status == 405)


def test_a_host_that_is_not_ours_is_refused_with_a_problem():
    answer = Client(raise_request_exception=False).get(
        f"{API}/limits", headers={"Host": "evil.example"}
    )

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (ZeroDivisionError, 500)])
def test_a_failure_is_a_problem_without_a_word_of_what_failed(monkeypatch, error, status):
    def fail(*_args, **_kwargs):
        raise error("secret words")

    monkeypatch.setattr(listing, "count", fail)

    answer = Client(raise_request_exception=False).get(f"{API}/opportunities")

    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert b"secret" not in answer.content
    assert answer.get("Retry-After") == ("60" if status == 503 else None)


def test_pages_for_people_stay_pages(client):
    assert client.get("/nowhere/")["Content-Type"].startswith("text/html")


# --- Tags, caches, other origins ------------------------------------------------------------------


@pytest.mark.parametrize("path", READ)
def test_what_has_not_changed_is_not_sent_again(noon, django_assert_num_queries, path):
    stocked_log(noon)
    first = ask(path)

    with django_assert_num_queries(1):
        again = ask(path, **{"If-None-Match": f'"other", {first["ETag"]}'})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["ETag"] == again["ETag"]
    publish("Desks", at=noon)
    assert ask(path, **{"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "is_kept"), [("", True), ("?phase=open", True), ("?due=9", False), ("?changed=9", False)]
)  # fmt: skip
def test_only_searches_by_days_from_now_are_asked_again_every_minute(noon, query, is_kept):
    import time_machine

    tag = ask(f"/opportunities{query}")["ETag"]

    with time_machine.travel(noon.timestamp() + 60, tick=False):
        answer = ask(f"/opportunities{query}", **{"If-None-Match": tag})

    assert (answer.status_code == 304) is is_kept


@pytest.mark.parametrize("path", [*READ, "/ocds/releases.jsonl", "/ocds/releases.jsonl.sha256"])
def test_every_answer_may_be_kept_and_knows_nobody(noon, path):
    stocked_log(noon)

    answer = ask(path, Origin="https://elsewhere.example", Cookie="session=1")
    head = Client().head(f"{API}{path}")

    for each in (answer, head):
        list(each)  # to the end, so that the client closes the file
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert (answer["Vary"], answer.cookies) == ("origin", {})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert (head.status_code, head.get("ETag")) == (200, answer.get("ETag"))


def test_a_page_elsewhere_may_ask_before_it_reads():
    answer = Client().options(
        f"{API}/changes",
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"},
    )

    assert (answer.status_code, answer["Access-Control-Allow-Methods"]) == (
        200,
        "GET, HEAD, OPTIONS",
    )


@pytest.mark.parametrize(
    "path", ["/", "/opportunities/", "/open-data/", "/account/login/", "/alerts/", "/apis/"]
)
def test_nothing_else_is_for_pages_of_other_origins(client, path):
    answer = client.get(path, headers={"Origin": "https://elsewhere.example"})

    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


def test_every_page_leads_to_open_data(client):
    assert re.search(
        r'<a href="/open-data/"[^>]*>Open data and API</a>', text(client.get("/about/"))
    )
