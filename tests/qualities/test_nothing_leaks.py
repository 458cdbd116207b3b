"""What is not public is nowhere: every public address is asked, with and without it.

What is planned for a later day is a draft until then, and a draft like any other.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponseBase
from django.test import Client

from opportunities import actions
from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode, Opportunity, OpportunityDocument
from opportunities.publishing import Award
from tests.browsing.pages import body
from tests.factories import OpportunityFactory, StaffFactory
from tests.qualities.addresses import all_paths, public_addresses, stocked

pytestmark = pytest.mark.django_db

SECRET = "zyxwvut"
DAY = timedelta(days=1)
# What a search may ask for, and ask in which order.
QUERIES = [
    f"?q={SECRET}", "?q=zyxwv*", "?q=zyxwvu", "?q=-boards", "?phase=upcoming", "?phase=open", "?phase=closed",
    "?phase=cancelled", "?phase=awarded", "?industry=construction", "?method=emergency", "?naics=23", "?value=over-500k",
    "?brand=named", "?quarter=2027-4", "?due=30", "?posted=30", "?changed=30", "?sort=title", "?sort=newest",
    "?sort=changed", "?sort=expected", "?q=02599Y&sort=due",
]  # fmt: skip
# The routes that take a search. What they find comes from one place, so two of them are asked everything.
ASKED_ALL = {"opportunities:list", "api:opportunities"}
ASKED_SOME = {
    "opportunities:atom",
    "opportunities:json_feed",
    "opportunities:calendar",
    "opportunities:csv",
}
# Kept by nobody, or different each time for reasons of their own.
PERSONAL = {
    "alerts:subscribe",
    "alerts:fresh_link",
    "alerts:confirm",
    "alerts:manage",
    "alerts:stop",
}


def secret_facts(noon):
    code, _new = CommodityCode.objects.get_or_create(
        scheme=CodeScheme.NAICS, code="236220", defaults={"title": f"{SECRET} works", "source": "x"}
    )
    return {
        "title": f"{SECRET} title",
        "summary": f"{SECRET} summary",
        "keywords": f"{SECRET}keyword",
        "brand_named": f"{SECRET}brand",
        "industry": "construction",
        "method": "emergency",
        "naics": code,
        "value_max": 900_000,
        "opens_at": noon + 10 * DAY,
        "due_at": noon + 20 * DAY,
        "solicitation_epin": "02599Y9999",
        "contact_name": f"{SECRET} unit",
        "contact_email": f"{SECRET}@law.example",
        "expected_on": date(2027, 4, 1),
        "expected_precision": "quarter",
    }


def with_document(purchase, noon):
    document = OpportunityDocument(
        opportunity=purchase, name=f"{SECRET}.pdf", type="pdf", size=9, sha256="0" * 64, added_at=noon
    )  # fmt: skip
    document.file.save("x", ContentFile(b"%PDF-1.7\n"), save=False)
    document.save()
    return document


@pytest.fixture
def paths(noon):
    """Every public address, each that takes a search with every kind of one."""
    values = stocked()
    OpportunityFactory.create(title="Boards", published=True, at=noon - DAY)
    cancelled = OpportunityFactory.create(title="Desks", published=True, at=noon - DAY)
    actions.cancel(cancelled, reason="No need.", by=None, moment=noon)
    personal = {address.name for address in public_addresses()} & PERSONAL
    assert personal == PERSONAL
    plain = [path for path in all_paths(values) if not path.startswith("/alerts/")]
    named = {address.name: address for address in public_addresses()}
    everything = [named[name].path() + query for name in ASKED_ALL for query in QUERIES]
    some = [named[name].path() + query for name in ASKED_SOME for query in QUERIES[:3]]
    return [*plain, *everything, *some]


def answers(paths) -> dict[str, tuple[int, bytes, dict[str, str]]]:
    return {path: told(Client().get(path)) for path in paths}


def told(answer: HttpResponseBase) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    headers.pop("Set-Cookie", None)
    # The token of a form is new each time.
    content = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body(answer))
    if content.startswith(b"PK\x03\x04"):
        # Its zip notes when each part was written, and its length says nothing more.
        with ZipFile(BytesIO(content)) as parts:
            content = b"".join(parts.read(name) for name in sorted(parts.namelist()))
        headers.pop("Content-Length", None)
    return answer.status_code, content, headers


def test_a_draft_changes_no_byte_of_any_public_answer(paths, noon):
    before = answers(paths)

    draft = OpportunityFactory.create(**secret_facts(noon))
    document = with_document(draft, noon)
    renewal = actions.renew(Opportunity.objects.public().get(title="Boards"), by=None, moment=noon)
    draft.summary = "Changed."
    draft.save()
    copy = actions.copy(draft, key=uuid4(), by=None)
    actions.plan(draft, noon.date() + DAY, by=StaffFactory.create(), moment=noon)
    look_at_the_desk(draft)

    after = answers(paths)
    assert [path for path in paths if before[path] != after[path]] == []
    assert {path: before[path] for path in paths} == after
    for hidden in (draft, renewal, copy):
        assert_never_existed(hidden.get_absolute_url(), hidden.reference)
    assert_never_existed(document.get_absolute_url(), draft.reference)


def look_at_the_desk(draft):
    """Rehearse the publication, as staff do who look at what would come of it."""
    desk = signed_in()
    for page in ("publish", "publish/letter", "preview", "change"):
        answer = desk.get(f"/admin/opportunities/opportunity/{draft.pk}/{page}/")
        assert answer.status_code == 200
        assert SECRET in told(answer)[1].decode()


def test_an_undone_publication_is_told_of_nowhere(paths, noon, settings):
    settings.PUBLISH_HOLD_MINUTES = 15
    draft = OpportunityFactory.create(**secret_facts(noon))
    document = with_document(draft, noon)
    published = actions.publish(draft, by=None, moment=noon)
    document.opportunity = published
    own = [published.get_absolute_url(), document.get_absolute_url()]

    left = actions.undo(published, 1, by=None, moment=noon)

    found = [path for path in [*paths, *own] if SECRET in told(Client().get(path))[1].decode(errors="replace").replace(published.reference, "") and SECRET not in path]  # fmt: skip
    assert found == []
    assert [Client().get(path).status_code for path in own] == [410, 410]
    assert_never_existed(left.get_absolute_url(), left.reference)


def assert_never_existed(path, reference):
    """Its own address answers as one that there never was, to staff as well."""
    never = path.replace(reference, "draft-" + "0" * 32)
    for client in (Client(), signed_in()):
        assert told(client.get(path)) == told(client.get(never))
        assert client.get(path).status_code == 404


def signed_in():
    client = Client()
    client.force_login(StaffFactory.create())
    return client


def withdrawn(noon):
    """A purchase that had a whole life in public before it was withdrawn."""
    facts = secret_facts(noon)
    facts |= {
        "opens_at": noon - 9 * DAY,
        "due_at": noon - 2 * DAY,
        "published": True,
        "at": noon - 10 * DAY,
    }
    purchase = OpportunityFactory.create(**facts)
    document = with_document(purchase, noon - 10 * DAY)
    actions.note_changes(purchase, by=None, moment=noon - 9 * DAY, note=f"{SECRET} note")
    purchase.summary = f"{SECRET} other summary"
    actions.amend(purchase, by=None, moment=noon - 8 * DAY)
    award = Award(f"{SECRET} firm", Decimal(12_345), date(2027, 1, 11))
    actions.award(purchase, award, by=None, moment=noon - DAY)
    return purchase, document


def test_what_was_withdrawn_is_told_of_nowhere(paths, noon):
    purchase, document = withdrawn(noon)
    reference = purchase.reference
    own = [
        purchase.get_absolute_url(),
        document.get_absolute_url(),
        *(path.replace("smartboards", reference) for path in paths if "smartboards" in path),
    ]
    assert SECRET in told(Client().get(own[0]))[1].decode()

    actions.withdraw(purchase, reason=f"{SECRET} reason", by=None, moment=noon)

    # Its name, made from its title, is what tombstones are known by: nothing else may be left.
    found: dict[str, set[str]] = {}
    for path in [*paths, *own]:
        status, content, headers = told(Client().get(path))
        asked = path.partition("?")[2]
        rest = (content.decode(errors="replace") + str(headers)).replace(reference, "")
        for word in re.findall(rf"{SECRET}\w*|02599Y\w*|12,?345|other summary", rest):
            if word.lower() not in asked.lower():
                found.setdefault(path, set()).add(word)
        if path in own and "/ocds/" not in path:  # there it stands as a tombstone
            assert status in {404, 410}, (path, status)
    assert found == {}


def test_searches_count_nothing_withdrawn(paths, noon):
    searches = [
        path for path in paths if path.startswith(("/opportunities/?", "/api/v1/opportunities?"))
    ]
    assert len(searches) > len(QUERIES)
    without = {path: told(Client().get(path))[1] for path in searches}
    purchase, _document = withdrawn(noon)
    shown = [path for path in searches if told(Client().get(path))[1] != without[path]]
    assert len(shown) > len(searches) / 4  # the test would see it

    actions.withdraw(purchase, reason="By mistake.", by=None, moment=noon)

    assert [path for path in searches if told(Client().get(path))[1] != without[path]] == []


def test_a_copy_from_before_is_not_confirmed_afterwards(noon):
    purchase = OpportunityFactory.create(published=True, at=datetime(2027, 1, 1, tzinfo=UTC))
    document = with_document(purchase, noon)
    paths = [purchase.get_absolute_url(), document.get_absolute_url()]
    tags = {path: told(Client().get(path))[2]["ETag"] for path in paths}
    again = [Client().get(path, headers={"If-None-Match": tag}) for path, tag in tags.items()]
    assert [answer.status_code for answer in again] == [304, 304]

    actions.withdraw(purchase, reason="By mistake.", by=None, moment=noon)

    after = [Client().get(path, headers={"If-None-Match": tag}) for path, tag in tags.items()]
    assert [answer.status_code for answer in after] == [410, 410]
