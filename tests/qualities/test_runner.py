"""The totals that ``make test`` prints, and whether it calls them a success."""

from collections import Counter

import pytest

from tests.run import Half, closing_line, count, exit_code, summarise

GREEN = Half("SQLite", passed=3)
RED = Half("PostgreSQL", exit_code=1, passed=2, failed=1)
SKIPPED = Half("PostgreSQL", passed=2, skipped=Counter({"chromium is not on this machine": 1}))
NOT_RUN = Half("PostgreSQL", not_run="PostgreSQL's programs are not on this machine")
CRASHED = Half("PostgreSQL", exit_code=3, passed=2)
EMPTY = Half("PostgreSQL", exit_code=5)


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
