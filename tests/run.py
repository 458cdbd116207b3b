"""Run the whole suite: on SQLite always, and again on PostgreSQL with Redis where they are installed.

``make test`` calls this. Arguments are pytest's; two are ours: ``--embedded-only`` leaves the
second half out, ``--require-all`` makes anything left out or skipped a failure, as CI wants. The
last lines say what ran and what did not; the very last one is ``N passed, N failed, N skipped``.

Each half writes down which tests it leaves to the other. What both left ran nowhere. Tests marked
``once`` run in the second half, and in the first where that is the only one.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree as ET

from tests.browser import chromium
from tests.environment import ROOT
from tests.servers import (
    ProgramMissing,
    postgres_programs,
    private_postgres,
    private_redis,
    redis_program,
    spawn,
)

OUTPUT = ROOT / "test-output"
MOST_WORKERS = 8  # each makes a database of its own; more of them cost more than they save
NO_TESTS = 5  # pytest's exit code when nothing was selected


@dataclass
class Half:
    """One run of the suite, or the reason why there was none."""

    title: str
    not_run: str = ""
    exit_code: int = 0
    seconds: float = 0
    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    left_out: set[str] = field(default_factory=set)

    @property
    def is_green(self) -> bool:
        return self.exit_code in {0, NO_TESTS} and not self.failed

    def __str__(self) -> str:
        if self.not_run:
            return f"{self.title}: not run: {self.not_run}"
        counts = closing_line([self])
        return f"{self.title}: {counts} in {self.seconds:.0f} s" + (
            "" if self.is_green else " - FAILED"
        )


def main(arguments: list[str]) -> int:
    """Run both halves and return the exit code."""
    options, pytest_arguments = _parse(arguments)
    _let_signals_unwind()
    OUTPUT.mkdir(exist_ok=True)
    both = not options.embedded_only and not servers_missing()
    once = ["--once-elsewhere"] if both else []
    halves = [run_half("SQLite, broker in memory", "sqlite", {}, [*once, *pytest_arguments])]
    if not options.embedded_only:
        halves.append(run_on_servers(pytest_arguments))
    summary = summarise(halves)
    code = exit_code(halves, require_all=options.require_all)
    if code and all(half.is_green for half in halves):
        summary.insert(-1, "FAILED: something was left out, and nothing may be (--require-all).")
    print("\n" + "\n".join(summary), flush=True)
    (OUTPUT / "summary.txt").write_text("\n".join(summary) + "\n")
    return code


def servers_missing() -> str:
    """Return why there can be no second half; blank if there can."""
    try:
        postgres_programs()
        redis_program()
    except ProgramMissing as missing:
        return str(missing)
    return ""


def run_on_servers(pytest_arguments: list[str]) -> Half:
    """Run the suite on a private PostgreSQL and a private Redis."""
    if missing := servers_missing():
        return Half("PostgreSQL, Redis", not_run=missing)
    with private_postgres() as postgres, private_redis() as redis:
        servers = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        return run_half(f"{postgres.name}, {redis.name}", "postgresql", servers, pytest_arguments)


def run_half(title: str, name: str, servers: dict[str, str], pytest_arguments: list[str]) -> Half:
    """Run pytest once and count from its own report."""
    print(f"\n=== {title} ===", flush=True)
    report, left_out = OUTPUT / f"{name}.xml", OUTPUT / f"{name}-left-out.txt"
    for written in (report, left_out):
        written.unlink(missing_ok=True)
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        str(workers),
        "--dist",
        "loadgroup",
        f"--junitxml={report}",
        f"--left-out-in={left_out}",
    ]
    started = time.monotonic()
    code = _run_to_its_end([*command, *pytest_arguments], {**_environment(), **servers})
    half = Half(title, exit_code=code, seconds=time.monotonic() - started)
    count(report, half)
    if left_out.exists():
        half.left_out = set(left_out.read_text().splitlines())
    return half


def count(report: Path, half: Half) -> None:
    """Add up the report; without one, pytest itself broke, which is one failure."""
    if not report.exists():
        half.failed = 1
        return
    for case in ET.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            half.failed += 1
        elif (skip := case.find("skipped")) is not None:
            half.skipped[skip.get("message", "")] += 1
        else:
            half.passed += 1


def summarise(halves: list[Half]) -> list[str]:
    """Say what ran, what did not and why; totals last."""
    skipped = sum((half.skipped for half in halves), Counter())
    return [
        *map(str, halves),
        f"Browser: {_browser_version()}",
        *(f"skipped {number} of them: {reason}" for reason, number in sorted(skipped.items())),
        *(f"ran in neither half: {test}" for test in sorted(forgotten(halves))),
        closing_line(halves),
    ]


def forgotten(halves: list[Half]) -> set[str]:
    """Return the tests that each half left to the other, so that they ran in none."""
    ran = [half.left_out for half in halves if not half.not_run]
    return set.intersection(*ran) if len(ran) > 1 else set()


def closing_line(halves: list[Half]) -> str:
    passed, failed = sum(half.passed for half in halves), sum(half.failed for half in halves)
    return (
        f"{passed} passed, {failed} failed, {sum(half.skipped.total() for half in halves)} skipped"
    )


def exit_code(halves: list[Half], *, require_all: bool) -> int:
    """Return 0 if all that ran is green; with ``require_all`` nothing may be left out either.

    A selection that fits no test at all is a typing error and not a success.
    """
    nothing = not any(half.passed or half.skipped for half in halves)
    if nothing or not all(half.is_green for half in halves):
        return 1
    left_out = len(halves) < 2 or any(half.not_run or half.skipped for half in halves)
    return 1 if require_all and (left_out or forgotten(halves)) else 0


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument(
        "--embedded-only", action="store_true", help="leave out PostgreSQL and Redis"
    )
    parser.add_argument("--require-all", action="store_true", help="fail if anything was left out")
    return parser.parse_known_args(arguments)


def _let_signals_unwind() -> None:
    """Make every polite signal an exit that runs the ``finally`` blocks, so that servers are stopped.

    Set by hand: a shell's background jobs start with SIGINT ignored.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def _run_to_its_end(command: list[str], environment: dict[str, str]) -> int:
    process = spawn(command, stop_signal=signal.SIGINT, cwd=ROOT, env=environment)
    try:
        return process.wait()
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt pytest if we leave before it; then take down whatever of its group is left."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment() -> dict[str, str]:
    """Return this shell's without servers, and with leave to keep what Python compiles: each worker, and
    each of the dozens of programs that tests start, would compile the portal and its tests again."""
    left_out = {"DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"}
    left_out |= {"PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def _browser_version() -> str:
    if not (program := chromium()):
        return "not run: Chromium is not on this machine"
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or f"{program} does not tell its version"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
