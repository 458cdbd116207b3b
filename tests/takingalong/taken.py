"""What was taken along, as the programs that people have read it."""

import csv
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
from django.test import Client
from icalendar import Calendar, Component
from openpyxl import load_workbook

from opportunities.actions import award, cancel, withdraw
from opportunities.choices import Industry, Method
from opportunities.models import Opportunity
from opportunities.publishing import Award
from tests.browsing.pages import body
from tests.factories import OpportunityFactory

ATOM = "/opportunities/changes.atom"
JSON_FEED = "/opportunities/changes.json"
CALENDAR = "/opportunities/calendar.ics"
CSV = "/opportunities/opportunities.csv"
XLSX = "/opportunities/opportunities.xlsx"
SITEMAP = "/sitemap.xml"
OPENSEARCH = "/opensearch.xml"
OF_A_SEARCH = [ATOM, JSON_FEED, CALENDAR, CSV, XLSX]
EXAMPLE = "https://portal.example"


def read(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return body(answer)


def atom(path: str = ATOM) -> Any:
    """Return a feed as feedparser reads it: strictly, for it notes every fault."""
    feed = feedparser.parse(BytesIO(read(path)))
    assert not feed.bozo, feed.bozo_exception
    return feed


def json_feed(path: str = JSON_FEED) -> dict[str, Any]:
    read_back: dict[str, Any] = json.loads(read(path))
    return read_back


def calendar(path: str = CALENDAR) -> Component:
    return Calendar.from_ical(read(path).decode())


def events(path: str = CALENDAR) -> dict[str, Component]:
    """Return the events of a calendar by UID."""
    found = list(calendar(path).walk("VEVENT"))
    by_uid = {str(event["UID"]): event for event in found}
    assert len(by_uid) == len(found)
    return by_uid


def csv_rows(path: str = CSV) -> list[list[str]]:
    """Return the rows of a table, the header first."""
    raw = read(path)
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))


def csv_table(path: str = CSV) -> list[dict[str, str]]:
    header, *rows = csv_rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


def xlsx_rows(path: str = XLSX) -> list[list[Any]]:
    """Return the cells of a workbook, the header first."""
    book = load_workbook(BytesIO(read(path)))
    return [list(row) for row in book.active.iter_rows()]


def xlsx_table(path: str = XLSX) -> list[dict[str, Any]]:
    header, *rows = xlsx_rows(path)
    names = [cell.value for cell in header]
    return [dict(zip(names, [cell.value for cell in row], strict=True)) for row in rows]


def newest_part() -> str:
    """Return the path of the last part of the sitemap: a database that has been used counts on from there."""
    return urlsplit(locations(SITEMAP)[-1]).path


def sitemap(path: str) -> ET.Element:
    return ET.fromstring(read(path))


def locations(path: str) -> list[str]:
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    return [found.text or "" for found in sitemap(path).iter(name)]


def _last_part(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


# How each tells which purchases it is about: their references.
REFERENCES: dict[str, Callable[[str], list[str]]] = {
    ATOM: lambda path: [_last_part(entry.id) for entry in atom(path).entries],
    JSON_FEED: lambda path: [_last_part(item["id"]) for item in json_feed(path)["items"]],
    CALENDAR: lambda path: sorted({uid.partition("@")[0].rpartition("-")[0] for uid in events(path)}),
    CSV: lambda path: [row[0] for row in csv_rows(path)[1:]],
    XLSX: lambda path: [row[0].value for row in xlsx_rows(path)[1:]],
}  # fmt: skip


def market(noon: datetime) -> list[Opportunity]:
    """Publish one purchase of every kind, all with days, the oldest first; beside them a draft, and what
    was withdrawn."""
    day = timedelta(days=1)

    def listed(title: str, opens: int, due: int, age: int = 20, **facts: Any) -> Opportunity:
        made: Opportunity = OpportunityFactory.create(
            title=title, opens_at=noon + opens * day, due_at=noon + due * day, published=True, at=noon - age * day, **facts
        )  # fmt: skip
        return made

    awarded = listed("Awarded boards", -15, -5, award_epin="02527W0001001")
    award(
        awarded,
        Award("A firm", Decimal(90_000), (noon - 5 * day).date(), ""),
        by=None,
        moment=noon - 4 * day,
    )
    cancelled = listed("Cancelled chairs", -3, 8, age=4)
    cancel(cancelled, reason="No longer needed.", by=None, moment=noon - day)
    rows = [
        listed("Open boards", -2, 3, age=3, value_min=1, value_max=80_000, brand_named="Acme"),
        listed("Open roof", -9, 30, age=10, industry=Industry.CONSTRUCTION, value_max=400_000),
        listed("Upcoming windows", 6, 20, age=1, industry=Industry.PROFESSIONAL_SERVICES),
        listed("Closed cleaning", -15, -1, industry=Industry.STANDARD_SERVICES),
        listed("Sealed boards", -2, 5, method=Method.SEALED_BID),
        awarded,
        cancelled,
    ]
    OpportunityFactory.create(title="Draft boards", opens_at=noon - day, due_at=noon + day)
    mistake = listed("Mistaken boards", -2, 3)
    withdraw(mistake, reason="It was a mistake.", by=None, moment=noon - day)
    return rows
