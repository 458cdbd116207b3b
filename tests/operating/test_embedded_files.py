"""What the embedded mode keeps is for its owner alone."""

import os
import subprocess
import sys

import pytest

from tests.environment import ROOT, SETTINGS, variables_read_by

# It brings a database of its own, so one half of the suite runs it.
pytestmark = pytest.mark.only_on("sqlite")


def test_nobody_else_on_the_machine_reads_what_is_stored(tmp_path):
    ours = variables_read_by(SETTINGS.read_text())
    outside = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in ours and name != "DJANGO_SETTINGS_MODULE"
    }

    # An address that is not this machine's: everything is made ready, and then nothing is served.
    ended = subprocess.run(
        [sys.executable, "manage.py", "run_embedded", "--host", "203.0.113.1"],
        cwd=ROOT,
        env=outside | {"VAR_DIR": str(tmp_path)},
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
    )
    modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.rglob("*")}

    assert "cannot be used" in ended.stderr
    assert "portal.sqlite3" in modes
    assert set(modes.values()) == {0}
