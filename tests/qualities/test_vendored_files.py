"""What others wrote is listed with its origin, and is byte for byte what the list says."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
LISTED: list[dict[str, Any]] = tomllib.loads((STATIC / "vendor" / "VENDORED.toml").read_text())[
    "file"
]
SHEETS = ["portal.css", "portal.rtl.css"]


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["path"])
def test_vendored_file_is_what_the_list_says(entry: dict[str, Any]) -> None:
    content = (STATIC / entry["path"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert entry["licence"]
    assert re.fullmatch(r"@?[\w/-]+ \d+\.\d+\.\d+", entry["origin"]), (
        "package and version, not an address"
    )


def test_every_file_under_vendor_is_listed() -> None:
    found = {
        path.relative_to(STATIC).as_posix()
        for path in (STATIC / "vendor").rglob("*")
        if path.is_file()
    }
    listed = {entry["path"] for entry in LISTED if entry["path"].startswith("vendor/")}

    assert found - {"vendor/VENDORED.toml"} == listed


@pytest.mark.parametrize("sheet", SHEETS)
def test_style_sheet_asks_for_nothing_but_our_own_files(sheet: str) -> None:
    css = (STATIC / "css" / sheet).read_text()

    pictures = set(re.findall(r'url\("([^"]+)"\)', css))
    assert pictures
    assert [path for path in pictures if not (STATIC / "css" / path).is_file()] == []
    # Each of these breaks the content policy or the hashed file names.
    for refused in ("data:", "http:", "https:", "@import", "@font-face", "sourceMappingURL"):
        assert refused not in css


def test_right_to_left_sheet_mirrors_the_other() -> None:
    left, right = ((STATIC / "css" / sheet).read_text() for sheet in SHEETS)

    assert left.count("{") == right.count("{")
    assert left.count("margin-left:") == right.count("margin-right:")
    assert left != right
