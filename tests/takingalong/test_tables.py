"""CSV and XLSX: the same columns, numbers as numbers, and nothing that a spreadsheet program would run."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from opportunities.actions import award, cancel
from opportunities.choices import CodeScheme, Confidence, Precision
from opportunities.feeds import exports
from opportunities.models import CommodityCode
from opportunities.publishing import Award
from tests.browsing.pages import body
from tests.factories import OpportunityFactory
from tests.takingalong.taken import (
    CSV,
    EXAMPLE,
    XLSX,
    csv_rows,
    csv_table,
    read,
    xlsx_rows,
    xlsx_table,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HEADER = [
    "Reference", "Title", "Phase", "Agency", "Method", "Industry", "Commodity to enroll in", "NAICS code",
    "Industry and codes are", "Summary", "Expected, first day", "Expected, last day", "Expected, known to",
    "Expected, how sure", "Opens (New York time)", "Questions due (New York time)", "Responses due (New York time)",
    "Value from (US dollars)", "Value up to (US dollars)", "Contract term", "Licences asked for",
    "Insurance asked for", "Brand named by the agency", "Solicitation EPIN", "Award EPIN", "PASSPort RFx number",
    "PASSPort link", "Contact", "Contact’s email", "Contact’s phone", "Outcome", "Reason for cancelling",
    "Awarded to", "Amount of the award (US dollars)", "Day of the award", "Last confirmed by the agency", "Source",
    "Published (New York time)", "Last changed (New York time)", "Page",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = EXAMPLE


@pytest.fixture
def boards(noon):
    naics = CommodityCode.objects.create(
        scheme=CodeScheme.NAICS, code="999999", title="Boards", source="a test"
    )
    return OpportunityFactory.create(
        title="Smartboards", summary="Two, with feet.\nSaid “urgent”.", naics=naics, opens_at=noon - DAY, due_at=noon + 9 * DAY,
        value_min=Decimal("0.50"), value_max=90_000, classification_is_inferred=True, contact_phone="+1 212 555 0100",
        published=True, at=noon - 2 * DAY,
    )  # fmt: skip


def test_a_row_of_csv_says_everything_that_is_known(boards):
    header, *rows = csv_rows()
    (row,) = csv_table()

    assert header == HEADER
    assert len(rows) == 1
    assert {name: said for name, said in row.items() if said} == {
        "Reference": "smartboards",
        "Title": "Smartboards",
        "Phase": "Open now",
        "Agency": "Law Department",
        "Method": "M/WBE Noncompetitive Small Purchase",
        "Industry": "Goods",
        "Commodity to enroll in": "Things (NYC 1)",
        "NAICS code": "Boards (NAICS 999999)",
        "Industry and codes are": "our reading of the title",
        "Summary": "Two, with feet.\nSaid “urgent”.",
        "Expected, known to": "not yet announced",
        "Expected, how sure": "not stated",
        "Opens (New York time)": "2027-01-11T12:00:00-05:00",
        "Responses due (New York time)": "2027-01-21T12:00:00-05:00",
        "Value from (US dollars)": "0.50",
        "Value up to (US dollars)": "90000.00",
        "Solicitation EPIN": "02527Y0000",
        "Contact": "Purchasing unit",
        "Contact’s email": "purchasing@law.example",
        "Contact’s phone": "'+1 212 555 0100",
        "Outcome": "not decided",
        "Published (New York time)": "2027-01-10T12:00:00-05:00",
        "Last changed (New York time)": "2027-01-10T12:00:00-05:00",
        "Page": f"{EXAMPLE}/opportunities/smartboards/",
    }


def test_a_row_of_xlsx_says_the_same_in_cells_of_their_kind(boards):
    (row,) = xlsx_table()
    (written,) = csv_table()

    # A workbook knows no zones.
    typed = {
        "Opens (New York time)": datetime.fromisoformat("2027-01-11T12:00"),
        "Responses due (New York time)": datetime.fromisoformat("2027-01-21T12:00"),
        "Published (New York time)": datetime.fromisoformat("2027-01-10T12:00"),
        "Last changed (New York time)": datetime.fromisoformat("2027-01-10T12:00"),
        "Value from (US dollars)": 0.5,
        "Value up to (US dollars)": 90000,
        "Contact’s phone": "+1 212 555 0100",
    }
    assert list(row) == HEADER
    assert row == {name: said or None for name, said in written.items()} | typed


def test_outcomes_and_expected_days_have_their_columns(boards, noon):
    later = noon + 10 * DAY
    award(boards, Award("A firm", Decimal("80000.01"), later.date(), ""), by=None, moment=later)
    chairs = OpportunityFactory.create(
        title="Chairs", expected_on=date(2027, 8, 20), expected_precision=Precision.QUARTER,
        expected_confidence=Confidence.LIKELY, last_confirmed_on=date(2027, 1, 11), published=True,
    )  # fmt: skip
    cancel(chairs, reason="Found in the cellar.", by=None, moment=noon)

    rows = {row["Title"]: row for row in csv_table()}
    typed = {row["Title"]: row for row in xlsx_table()}

    assert [rows["Smartboards"][name] for name in HEADER[30:35]] == [
        "awarded", "", "A firm", "80000.01", "2027-01-22",
    ]  # fmt: skip
    assert typed["Smartboards"]["Amount of the award (US dollars)"] == 80000.01
    assert [rows["Chairs"][name] for name in HEADER[10:14]] == [
        "2027-07-01", "2027-09-30", "a quarter", "likely",
    ]  # fmt: skip
    assert typed["Chairs"]["Expected, last day"] == datetime.fromisoformat("2027-09-30")
    assert [rows["Chairs"][name] for name in HEADER[30:36]] == [
        "cancelled", "Found in the cellar.", "", "", "", "2027-01-11",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "csv_cell"),
    [
        ('=HYPERLINK("https://evil.example","Boards")', None),
        ("+1+1 boards", None),
        ("-1 boards", None),
        ("@SUM(1,1) boards", None),
        ("＝1+1 boards", None),
        ("\t=1+1 boards", "'=1+1 boards"),
        ("\r\n=1+1 boards", "'=1+1 boards"),
        ("Boards = 2", "Boards = 2"),
        ("'=1+1 boards", "'=1+1 boards"),
    ],
)
def test_no_title_is_run_as_a_formula(noon, title, csv_cell):
    OpportunityFactory.create(title=title, published=True)

    (row,) = csv_table()
    (_header, (_reference, cell, *_others)) = xlsx_rows()

    assert row["Title"] == (csv_cell if csv_cell is not None else f"'{title}")
    assert (cell.data_type, cell.value) == ("s", title.strip())
    assert cell.quotePrefix == (row["Title"] != cell.value)


def test_no_cell_of_a_workbook_is_a_formula_or_an_error(noon):
    for title in ("=1+1", "#REF!", "#N/A", "TRUE", "1e5", "2027-01-01"):
        OpportunityFactory.create(title=title, summary=title, cancel_reason="", published=True)

    cells = [cell for row in xlsx_rows() for cell in row]

    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}


def test_csv_is_what_excel_reads(boards):
    raw = read(CSV)

    assert raw.startswith(b"\xef\xbb\xbfReference,Title,")
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r\n") == 2  # a line end within a text is not one of the table


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (CSV, "text/csv; charset=utf-8"),
        (XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_tables_are_files_to_keep(boards, path, kind, method):
    answer = getattr(Client(), method)(path)

    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    ending = path.rpartition(".")[2]
    assert answer["Content-Disposition"] == (
        f'attachment; filename="opportunities-2027-01-12.{ending}"'
    )
    assert answer["X-Rows-At-Most"] == "10000"
    assert bool(body(answer)) == (method == "get")


@pytest.mark.parametrize(("most", "at_once"), [(3, 1), (3, 2), (3, 3), (3, 500)])
@pytest.mark.parametrize(("count", "rows"), [(2, 2), (3, 3), (4, 4), (7, 4)])
def test_a_table_ends_somewhere_and_says_so(monkeypatch, most, at_once, count, rows):
    OpportunityFactory.create_batch(count, published=True)
    monkeypatch.setattr(exports, "AT_MOST", most)
    monkeypatch.setattr(exports, "AT_ONCE", at_once)

    written, typed = csv_rows()[1:], [[cell.value for cell in row] for row in xlsx_rows()[1:]]

    assert (len(written), len(typed)) == (rows, rows)
    assert [row[0] for row in written] == [row[0] for row in typed]
    is_cut = count > most
    said = "There are more. A file holds 3 purchases: narrow the search down to get the rest."
    assert (written[-1] == [said], typed[-1][0] == said) == (is_cut, is_cut)
    assert len({row[0] for row in written}) == rows


def test_a_long_table_of_words_has_more_than_the_ranked_hits(noon, monkeypatch):
    monkeypatch.setattr("opportunities.search.lanes.RANKED", 2)
    OpportunityFactory.create_batch(5, title="Boards", published=True)

    assert len(csv_table(f"{CSV}?q=boards")) == 5
    assert len(csv_table(f"{CSV}?q=boards&sort=best")) == 5


def test_tables_are_in_the_language_of_their_address_to_the_last_part(
    boards, settings, monkeypatch
):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    OpportunityFactory.create_batch(2, published=True)

    pages = [row[-1] for row in csv_rows(f"/ar{CSV}")[1:]]

    assert len(pages) == 3
    assert all(page.startswith(f"{EXAMPLE}/ar/opportunities/") for page in pages)
    assert [row[-1].value for row in xlsx_rows(f"/ar{XLSX}")[1:]] == pages
