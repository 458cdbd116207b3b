"""The totals that ``make test`` prints, and whether it calls them a success."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.halves import is_run_on, write_down
from tests.run import Half, closing_line, count, exit_code, main, run_half, summarise

GREEN = Half("SQLite", passed=3)
RED = Half("PostgreSQL", exit_code=1, passed=2, failed=1)
SKIPPED = Half("PostgreSQL", passed=2, skipped=Counter({"chromium is not on this machine": 1}))
NOT_RUN = Half("PostgreSQL", not_run="PostgreSQL's programs are not on this machine")
CRASHED = Half("PostgreSQL", exit_code=3, passed=2)
EMPTY = Half("PostgreSQL", exit_code=5)
LEFT_ONE = Half("SQLite", passed=3, left_out={"test_a", "test_once"})
LEFT_ANOTHER = Half("PostgreSQL", passed=3, left_out={"test_b"})
LEFT_THE_SAME = Half("PostgreSQL", passed=3, left_out={"test_a", "test_b"})


@pytest.mark.parametrize(
    ("halves", "plain", "with_all_required"),
    [
        ([GREEN, GREEN], 0, 0),
        ([GREEN, RED], 1, 1),
        ([GREEN, CRASHED], 1, 1),
        ([GREEN, SKIPPED], 0, 1),
        ([GREEN, NOT_RUN], 0, 1),
        ([GREEN], 0, 1),
        ([GREEN, EMPTY], 0, 0),  # a selection may be about one database alone
        ([EMPTY, EMPTY], 1, 1),
        ([LEFT_ONE, LEFT_ANOTHER], 0, 0),
        ([LEFT_ONE, LEFT_THE_SAME], 0, 1),
    ],
)
def test_success_means_green_and_in_ci_complete(halves, plain, with_all_required):
    assert exit_code(halves, require_all=False) == plain
    assert exit_code(halves, require_all=True) == with_all_required


def test_closing_line_adds_up_all_halves():
    assert closing_line([GREEN, RED, SKIPPED, NOT_RUN]) == "7 passed, 1 failed, 1 skipped"


def test_summary_says_what_did_not_run_and_why():
    lines = summarise([SKIPPED, NOT_RUN])

    assert "PostgreSQL: not run: PostgreSQL's programs are not on this machine" in lines
    assert "skipped 1 of them: chromium is not on this machine" in lines
    assert lines[-1] == "2 passed, 0 failed, 1 skipped"


def test_summary_names_what_ran_in_neither_half():
    lines = summarise([LEFT_ONE, LEFT_THE_SAME])

    assert [line for line in lines if "neither" in line] == ["ran in neither half: test_a"]
    assert not [line for line in summarise([LEFT_ONE]) if "neither" in line]


@dataclass
class Marked:
    """What a test is asked: its markers."""

    markers: dict[str, pytest.MarkDecorator]

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.markers[name].mark if name in self.markers else None


ONCE = {"once": pytest.mark.once}
ON_SQLITE = {"only_on": pytest.mark.only_on("sqlite")}
ON_POSTGRES = {"only_on": pytest.mark.only_on("postgresql")}


@pytest.mark.parametrize(
    ("markers", "both_halves", "only_half"),
    [
        ({}, ["sqlite", "postgresql"], ["sqlite"]),
        (ONCE, ["postgresql"], ["sqlite"]),
        (ON_SQLITE, ["sqlite"], ["sqlite"]),
        (ON_POSTGRES, ["postgresql"], []),
    ],
)
def test_each_test_runs_in_the_half_that_its_marks_say(markers, both_halves, only_half):
    item: Any = Marked(markers)

    def halves(vendors: list[str], *, once_elsewhere: bool) -> list[str]:
        return [each for each in vendors if is_run_on(each, item, once_elsewhere=once_elsewhere)]

    assert halves(["sqlite", "postgresql"], once_elsewhere=True) == both_halves
    assert halves(["sqlite"], once_elsewhere=False) == only_half


def test_what_a_half_leaves_out_is_written_down_and_read_back(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.run.OUTPUT", tmp_path)
    monkeypatch.setattr("tests.run._run_to_its_end", pretend_to_run)

    half = run_half("SQLite", "sqlite", {}, ["--once-elsewhere"])

    assert half.left_out == {"test_a.py::test_once", "test_b.py::test_other"}


def pretend_to_run(command: list[str], _environment: dict[str, str]) -> int:
    """Do what pytest would with this command line, as far as it concerns tests left out."""
    (path,) = [each.partition("=")[2] for each in command if each.startswith("--left-out-in=")]
    nodes = ["test_a.py::test_once", "test_b.py::test_other"]
    items: list[Any] = [SimpleNamespace(nodeid=each) for each in nodes]
    write_down(items, Path(path))
    assert command[-1] == "--once-elsewhere"
    return 0


@pytest.mark.parametrize(
    ("arguments", "missing", "is_left_out"),
    [
        ([], "", True),
        ([], "PostgreSQL's programs are not on this machine", False),
        (["--embedded-only"], "", False),
    ],
)
def test_what_runs_once_is_left_to_the_other_half_only_if_there_is_one(
    tmp_path, monkeypatch, arguments, missing, is_left_out
):
    asked = []

    def note(title, name, servers, pytest_arguments):
        asked.append("--once-elsewhere" in pytest_arguments)
        return GREEN

    monkeypatch.setattr("tests.run.OUTPUT", tmp_path)
    monkeypatch.setattr("tests.run._let_signals_unwind", lambda: None)
    monkeypatch.setattr("tests.run.servers_missing", lambda: missing)
    monkeypatch.setattr("tests.run.run_half", note)
    monkeypatch.setattr(
        "tests.run.run_on_servers", lambda _arguments: NOT_RUN if missing else GREEN
    )

    main(arguments)

    assert asked == [is_left_out]


def test_counts_come_from_the_report_of_pytest(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        "<testcase name='a'/>"
        "<testcase name='b'><failure message='no'/></testcase>"
        "<testcase name='c'><error message='no'/></testcase>"
        "<testcase name='d'><skipped message='not here'/></testcase>"
        "</testsuite></testsuites>"
    )
    half = Half("SQLite")

    count(report, half)

    assert (half.passed, half.failed, half.skipped) == (1, 2, {"not here": 1})


def test_a_run_without_a_report_is_a_failure(tmp_path):
    half = Half("SQLite")

    count(tmp_path / "missing.xml", half)

    assert half.failed == 1
