"""Spreadsheets that staff take from the desk: what the list shows, safe to open, and written into the history."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from core import exporting
from core.models import Deed
from tests.factories import OpportunityFactory
from tests.posting.test_desk import desk, sign_in

__all__ = ["desk", "sign_in"]

pytestmark = pytest.mark.django_db

EXPORT = "/admin/opportunities/opportunity/export/"


def rows(answer):
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_an_export_holds_what_the_filters_show_drafts_and_notes_included(desk):
    OpportunityFactory.create(title="Chairs", internal_notes="Ask first.")
    OpportunityFactory.create(title="Tables", published=True)
    OpportunityFactory.create(title="Chair covers", published=True)

    answer = desk.post(f"{EXPORT}?q=chair&stage__exact=draft")

    (row,) = rows(answer)
    assert (row["Stage"], row["Title"], row["Internal notes"], row["Page"]) == (
        "draft",
        "Chairs",
        "Ask first.",
        "",
    )
    assert [row["Title"] for row in rows(desk.post(EXPORT))] == ["Chair covers", "Tables", "Chairs"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="desk-2027-01-12.csv"'


def test_each_export_stands_in_the_history(desk):
    OpportunityFactory.create_batch(3)

    desk.post(f"{EXPORT}?stage__exact=draft", {"format": "xlsx"})
    desk.post(f"{EXPORT}?q=ann@firm.example")

    deeds = Deed.objects.filter(kind="exported").order_by("pk")
    assert [(deed.person_name, deed.summary) for deed in deeds] == [
        ("officer@law.example", "3 rows: purchases at the desk; filters: stage__exact=draft"),
        ("officer@law.example", "0 rows: purchases at the desk; filters: …@…"),
    ]


@pytest.mark.parametrize("title", ["=cmd()", "+1", "-1", "@SUM", "＝1"])
def test_no_cell_leaves_as_a_formula(desk, title):
    OpportunityFactory.create(title=title, internal_notes=f"{title} too")

    (row,) = rows(desk.post(EXPORT))
    book = load_workbook(BytesIO(desk.post(EXPORT, {"format": "xlsx"}).content))

    assert (row["Title"], row["Internal notes"]) == (f"'{title}", f"'{title} too")
    cell = book.active["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (title, "s", True)


def test_a_file_is_bounded_and_the_history_says_so(desk, monkeypatch):
    monkeypatch.setattr(exporting, "AT_MOST", 2)
    OpportunityFactory.create_batch(3)

    assert len(rows(desk.post(EXPORT))) == 2
    assert Deed.objects.get(kind="exported").summary.endswith("(cut off: there are more)")


@pytest.mark.parametrize("count", [1, 4])
def test_query_count_does_not_grow(desk, django_assert_max_num_queries, count):
    OpportunityFactory.create_batch(count)

    with django_assert_max_num_queries(20):
        desk.post(EXPORT)


def test_looking_at_the_address_takes_nothing_and_strangers_get_nothing(desk, sign_in):
    assert desk.get(EXPORT).status_code == 405
    assert sign_in("add_agency").post(EXPORT).status_code == 403
    assert not Deed.objects.filter(kind="exported").exists()


@pytest.mark.parametrize("query", ["stage__exact=%F0", "q=" + "x" * 500, "nonsense=1", "p=-1"])
def test_any_address_is_answered(desk, query):
    assert desk.post(f"{EXPORT}?{query}").status_code in {200, 302}
