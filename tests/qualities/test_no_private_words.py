"""No committed file tells where it was written or where its packages came from.

Lock files and documents must serve any machine, so they name neither a developer's folders nor a
package registry. The names are put together here, since this file is searched like any other.
"""

import configparser
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.environment import ROOT

SLASH = "/"
FOLDERS = re.compile(
    rf"(?<![\w.~-]){SLASH}(?:work|root|home{SLASH}[\w.-]+|Users{SLASH}[\w.-]+){SLASH}"
)
PUBLIC_REGISTRIES = {
    f"py{'pi'}.org",
    f"python{'hosted'}.org",
    f"registry.npm{'js'}.org",
    f"registry.yarn{'pkg'}.com",
    f"registry.npm{'mirror'}.com",
}
VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "npm_config_registry",
)


def test_no_committed_file_names_a_private_folder_or_a_registry():
    assert [
        found for path in text_files() for found in private_words(path.name, path.read_text())
    ] == []


@pytest.mark.parametrize(
    ("line", "is_private"),
    [
        (f"open('{SLASH}work{SLASH}main')", True),
        (f"{SLASH}home{SLASH}ada{SLASH}notes", True),
        (f"see {SLASH}root{SLASH}.config", True),
        (f"https://files.python{'hosted'}.org/x", True),
        ("https://www.nyc.gov/site/law/work/purchases", False),
        ("the home page", False),
        ("~/work/plans", False),
    ],
)
def test_private_words_are_told_from_public_ones(line, is_private):
    assert bool(list(private_words("page.md", line))) is is_private


def private_words(name: str, text: str) -> Iterator[str]:
    """Name each line that holds what must not leave a developer's machine."""
    hosts = registry_hosts()
    for number, line in enumerate(text.splitlines(), start=1):
        if FOLDERS.search(line) or any(host in line for host in hosts):
            yield f"{name}:{number}: {line.strip()[:120]}"


def registry_hosts() -> set[str]:
    """Return the registries everybody knows and those that this machine is set up to use."""
    values = [os.environ.get(name, "") for name in VARIABLES] + pip_settings()
    addresses = [urlsplit(word) for value in values for word in value.split()]
    private = {address.hostname for address in addresses if address.hostname}
    return PUBLIC_REGISTRIES | (private - {"localhost", "127.0.0.1"})


def pip_settings() -> list[str]:
    files = [
        Path("/etc/pip.conf"),
        Path.home() / ".pip" / "pip.conf",
        Path.home() / ".config" / "pip" / "pip.conf",
    ]
    parser = configparser.RawConfigParser(strict=False)
    parser.read(files)
    keys = ("index-url", "extra-index-url", "find-links")
    return [parser.get(section, key, fallback="") for section in parser.sections() for key in keys]


def text_files() -> list[Path]:
    """Return the files that git holds or would take, without what is not text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [
        path
        for path in paths
        if path.is_file() and not path.is_symlink() and b"\0" not in path.read_bytes()
    ]
