"""Any title is ordinary: it comes out of each program as it reads on the page, and breaks none."""

import json

import pytest

from core.text import one_line
from opportunities.models import Opportunity
from tests.factories import OpportunityFactory
from tests.takingalong.taken import (
    CALENDAR,
    atom,
    csv_table,
    events,
    json_feed,
    locations,
    newest_part,
    xlsx_table,
)

pytestmark = pytest.mark.django_db

TITLES = {
    "formula": '=cmd|" /C calc"!A0',
    "end of CDATA": "Boards ]]> <![CDATA[ <b>&amp; </entry>",
    "markup": "<script>alert(1)</script> \"boards\" 'n' more",
    "line ends": "Boards\r\nDTSTART:20270101\rfor\u2028all\u0085of us",
    "control characters": "Bo\x01ar\x08ds\x0b \x1b[31m\x7f of wood",
    "right to left": "\u202eboards\u202c \u200f\u0644\u0648\u062d\u0627\u062a\u200e \u2066x\u2069",
    "sixty accents": "Caf" + "e" + "\u0301" * 60 + " boards",
    "emoji": "Boards 🪑👩🏽‍⚖️🏳️‍🌈 for all",
    "other planes": "𝒮𝓂𝒶𝓇𝓉 𐍈 boards",
    "no characters": "Boards \ufffe\uffff\ufdd0 of wood",
    "commas and backslashes": "Boards, ;\\n:\\,^n two \\",
    "template": "{{ settings.SECRET_KEY }}{% debug %} %(label)s %s {0}",
    "200 letters": "漢" * 200,
}


@pytest.mark.parametrize("name", TITLES)
def test_every_program_reads_the_title(noon, name):
    title = TITLES[name]
    OpportunityFactory.create(
        title=title, summary=f"{title}\n{title}", contract_term=title, opens_at=noon, published=True
    )
    (reference,) = Opportunity.objects.values_list("reference", flat=True)
    shown = one_line(title)

    (row,), (typed,) = csv_table(), xlsx_table()
    (entry,), (item,) = atom().entries, json_feed()["items"]
    summaries = {str(event["SUMMARY"]) for event in events(CALENDAR).values()}

    assert typed["Title"] == shown
    assert row["Title"] == (f"'{shown}" if shown.startswith("=") else shown)
    assert entry.title == item["title"] == shown
    assert summaries == {f"Opens: {shown}", f"Responses due: {shown}"}
    assert locations(newest_part())[0].endswith(f"/opportunities/{reference}/")


@pytest.mark.parametrize("name", TITLES)
def test_every_program_reads_the_search(noon, name):
    """What a visitor typed is the name of a feed and of a calendar."""
    OpportunityFactory.create(title="Boards", opens_at=noon, published=True)
    query = f"?phase=open&{_query(TITLES[name])}"

    named = atom(f"/opportunities/changes.atom{query}").feed.title

    assert json_feed(f"/opportunities/changes.json{query}")["title"] == named
    assert isinstance(events(f"{CALENDAR}{query}"), dict)
    assert named.startswith("Opportunities ")
    assert json.dumps(named)


def _query(text: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"q": text})
