"""Collect what the portal says, and compile its translations.

``locale/django.pot`` is the list of all strings (needs GNU gettext). To add a language, copy it to
``locale/<code>/LC_MESSAGES/django.po``, translate, have a person who speaks the language check it, and run this
again: the catalogue is compiled with polib, and the portal offers the language as soon as it is there.
"""

import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
NOT_OURS = ["tests/*", "tools/*", "frontend/*", "staticfiles/*", "var/*", ".venv/*", ".tools/*"]


def collect() -> None:
    """Write ``locale/django.pot`` and bring every catalogue up to it."""
    ignored = [argument for pattern in NOT_OURS for argument in ("--ignore", pattern)]
    command = [
        sys.executable,
        "manage.py",
        "makemessages",
        "--all",
        "--keep-pot",
        "--no-location",
        *ignored,
    ]
    subprocess.run(command, cwd=ROOT, check=True)


def compile_catalogues() -> list[Path]:
    """Compile every catalogue, without GNU gettext; return what was written."""
    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        polib.pofile(str(source)).save_as_mofile(str(target))
        written.append(target)
    return written


def main() -> None:
    collect()
    for path in compile_catalogues():
        print(f"compiled {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
