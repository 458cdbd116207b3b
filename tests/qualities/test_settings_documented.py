"""What can be set, run or is run by the clock is written down, and nothing else is."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from tests.environment import ROOT, SETTINGS, variables_read_by

OPERATING = ROOT / "docs" / "operating.md"
OURS = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
COMMANDS = sorted(
    path.stem for config in OURS for path in Path(config.path).glob("management/commands/[!_]*.py")
)


def test_example_environment_lists_what_is_read_anywhere():
    listed = set(
        re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )

    gunicorn = ROOT / "deploy" / "gunicorn.conf.py"
    read = {name for path in (SETTINGS, gunicorn) for name in variables_read_by(path.read_text())}
    filled_in = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert listed == read | filled_in


@pytest.mark.parametrize("command", COMMANDS)
def test_operating_page_names_every_command(command):
    assert names(OPERATING.read_text(), command)


@pytest.mark.parametrize("entry", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_operating_page_names_every_scheduled_job(entry):
    assert names(OPERATING.read_text(), entry)


def test_variables_are_found_however_they_are_read():
    source = 'env("A"); env.int("B", default=1); os.environ["C"]; os.environ.get("D"); other("E")'

    assert variables_read_by(source) == {"A", "B", "C", "D"}


@pytest.mark.parametrize(
    ("text", "found"), [("run `send` daily", True), ("resend, send_all, send-all", False)]
)
def test_a_name_counts_only_as_a_whole(text, found):
    assert names(text, "send") is found


def names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None
