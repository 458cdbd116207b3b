"""The pictures in the documents are there and light; ``make screenshots`` takes them again."""

import re

from tests.browser import PICTURES
from tests.environment import ROOT

PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")
LARGEST = 150_000  # bytes


def test_documents_show_pictures_that_are_there():
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = [
        document.parent / path
        for document in documents
        for path in PICTURE.findall(document.read_text())
    ]

    assert shown
    assert [path for path in shown if not path.is_file()] == []


def test_pictures_are_light():
    assert [
        picture.name for picture in PICTURES.iterdir() if picture.stat().st_size > LARGEST
    ] == []
