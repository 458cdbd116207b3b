"""Files as staff import them, made for tests."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from opportunities.upcoming import FILE

PLAN = Path(__file__).parent.parent / "data" / "law_department_plans_fy27.csv"
TWELVE = [
    line.removeprefix('title = "').removesuffix('"')
    for line in FILE.read_text(encoding="utf-8").splitlines()
    if line.startswith("title = ")
]
PLAN_HEADINGS = (
    "Plan ID #,Agency,Description of Goods and Services to be Procured,Procurement Method,Procurement Industry,"
    "Fiscal Quarter of Solicitation,Estimated Amount"
)
RFX = "rfp_id,epin,procurement_name,agency,industry,rfx_status,release_date,due_date,main_commodity,procurement_method"


def plan(*rows: str) -> bytes:
    return "\n".join([PLAN_HEADINGS, *rows]).encode()


def workbook(*rows: list[object]) -> bytes:
    book, written = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(written)
    return written.getvalue()


def package(base: bytes, **parts: bytes) -> bytes:
    """Return a workbook with more parts in it."""
    written = BytesIO(base)
    with ZipFile(written, "a", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


GOOD = workbook(["a", "b"], ["1", 2.0])
MUCH = b"0" * 12_000_000
# name, content, what the refusal says
HOSTILE = [
    ("bomb.xlsx", package(GOOD, **{"xl/worksheets/sheet2.xml": MUCH}), "zip bomb"),
    ("much.xlsx", package(GOOD, **{f"xl/{n}.bin": MUCH for n in range(5)}), "more than 50 MB"),
    ("parts.xlsx", package(GOOD, **{f"p/{n}": b"" for n in range(2000)}), "2,000 parts"),
    ("macro.xlsx", package(GOOD, **{"xl/vbaProject.bin": b"x"}), "macros"),
    ("types.xlsx", package(GOOD, **{"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    ("macro.xlsm", GOOD, "macros"),
    ("links.xlsx", package(GOOD, **{"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links to other files"),
    ("data.xlsx", package(GOOD, **{"xl/connections.xml": b"<x/>"}), "links to other files"),
    ("entities.xlsx", package(GOOD, **{"xl/a.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "entities"),
    ("hidden.xlsx", package(GOOD, **{"xl/a.xml": "<x/>".encode("utf-16")}), "no sound workbook"),
    ("formula.xlsx", workbook(["a", "b"], ["1", "=1+1"]), "Cell B2 is a formula"),
    ("wide.xlsx", workbook(["a", "b"], [None] * 16383 + ["x"]), "16384 columns"),
    ("torn.xlsx", GOOD[:-30], "no sound workbook"),
    ("text.xlsx", b"a,b\n1,2\n", "no workbook"),
    ("old.xls", b"\xd0\xcf\x11\xe0 old", "old Excel file"),
    ("locked.xlsx", b"\xd0\xcf\x11\xe0 locked", "protected by a password"),
    ("packed.csv", GOOD, "packed file"),
    ("page.csv", b"<!DOCTYPE html><p>Sorry", "web page"),
    ("letter.pdf", b"%PDF-1.7", "Only CSV"),
    ("nothing.csv", b"", "empty"),
    ("large.csv", b"a" * (32 * 1024 * 1024 + 1), "larger than 32 MB"),
    ("nul.csv", b"a,b\n1,\0\n", "NUL"),
    ("nul.js", rb'var x = [["a", "b"], ["1", "\u0000"]];', "NUL"),
    ("utf16.csv", "a,b\n1,2".encode("utf-16"), "UTF-16"),
    ("bytes.csv", b"a\x81,b\n1,2\n", "neither as UTF-8 nor"),
    ("quote.csv", b'a,b\n"1,2\n' + b"3,4\n" * 50_000, "quotation mark without its partner"),
    ("inner.csv", b'a,b\n"1" x,2\n', "quotation mark without its partner"),
    ("cell.csv", b"a,b\n" + b"x" * 1_000_000 + b",2\n", "far too long"),
    ("letters.csv", b"a,b\n" + b"x" * 40_000 + b",2\n", "32,767 characters"),
    ("columns.csv", b"a,b\n" + b"," * 1_000_000, "1000001 columns"),
    ("line.csv", b"a" * 3_000_000, "longer than two million"),
    ("rows.csv", b"a,b\n" + b"1,2\n" * 100_001, "more than 100,000 rows"),
]  # fmt: skip
