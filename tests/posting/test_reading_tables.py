"""Tables that strangers made are read within bounds; what must not be read is refused by name."""

import tracemalloc
from io import BytesIO

import pytest

from core import sheets
from core.sheets import Columns, Encoding, FileType, texts
from tests.posting.files import GOOD, HOSTILE, workbook

AB = Columns({"a": ("A", "Alpha"), "b": ("B",)}, frozenset(["a", "b"]), order=("a", "b"))


def read(name, content, columns=AB):
    file = BytesIO(content)
    return [list(row) for row in sheets.rows(file, sheets.examine(file, name), columns)]


@pytest.mark.parametrize(("name", "content", "words"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_what_must_not_be_read_is_refused_by_name(name, content, words):
    with pytest.raises(sheets.Unreadable, match=words):
        read(name, content)


@pytest.mark.parametrize(
    "name", ["bomb.xlsx", "much.xlsx", "parts.xlsx", "columns.csv", "quote.csv", "line.csv"]
)
def test_a_refusal_takes_little_memory(name):
    content = next(case[1] for case in HOSTILE if case[0] == name)
    tracemalloc.start()
    try:
        with pytest.raises(sheets.Unreadable):
            read(name, content)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"a,b\n1,2\n"),
        ("a.CSV", b"\xef\xbb\xbfA;B\r\n1;2"),
        ("a.txt", b"alpha\tb\n1\t2\n"),
        ("a.csv", b"A list of things\n\nALPHA,b,c\n 1 ,2,3"),
        ("a.xlsx", GOOD),
        ("a.xlsx", workbook(["A list"], [], ["A", "B"], [1, 2.0])),
        ("a.js", b'\xef\xbb\xbfvar rows = [["1", "2"]\n];'),
        ("a.js", b'const rows=[["a","b"],[1,"2"],];'),
    ],
)
def test_a_table_is_read_the_same_from_every_kind_of_file(name, content):
    headings, *rows = read(name, content)

    places = AB.find(headings[1])
    assert [[row[1][places["a"]], row[1][places["b"]]] for row in rows] == [["1", "2"]]


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        ("a,b\ncafé,–".encode(), Encoding.UTF8, "café"),
        ("a,b\ncafé,–".encode("utf-8-sig"), Encoding.UTF8, "café"),
        ("a,b\ncafé,–".encode("cp1252"), Encoding.WINDOWS, "café"),
    ],
)
def test_encodings_are_told_apart(content, encoding, words):
    assert texts.examine(BytesIO(content)) == encoding
    assert read("a.csv", content)[1][1] == [words, "–"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b"a,c\n1,2\n"), ("a.xlsx", workbook(["a", "c"])), ("a.js", b"var x = 5;")],
)
def test_a_file_without_the_headings_is_refused_with_what_it_lacks(name, content):
    with pytest.raises(sheets.Unreadable, match=r"lacks these columns: B|no list of rows"):
        read(name, content)


def test_rows_keep_the_numbers_that_a_spreadsheet_shows():
    assert [row[0] for row in read("a.csv", b'a,b\n1,"two\nlines"\n\n3,4\n')] == [1, 2, 4]


def test_days_and_numbers_of_a_workbook_read_as_in_csv():
    from datetime import date, datetime

    rows = read(
        "a.xlsx",
        workbook(
            ["a", "b"], [date(2027, 1, 1), 1.5], [datetime.fromisoformat("2027-01-01T14:00"), 3.0]
        ),
    )

    assert [row[1] for row in rows[1:]] == [["2027-01-01", "1.5"], ["2027-01-01 14:00:00", "3"]]


def test_lines_are_a_table_of_one_column():
    file = BytesIO(b"One\r\n\n  Two, with a comma \n")

    assert [list(row) for row in sheets.rows(file, FileType.LINES)] == [
        [1, ["One"]],
        [3, ["Two, with a comma"]],
    ]
