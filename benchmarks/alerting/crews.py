"""One sender and two, each a process of its own, with the same letters and a mail server that takes its time."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from statistics import median

from benchmarks.alerting.clocks import say, timed
from benchmarks.alerting.sending import clear, due
from benchmarks.alerting.sinks import HOST, slow_sink
from letters.models import Letter
from tests.environment import ROOT
from tests.operating.production import good_environment

SECONDS_A_LETTER = (
    0.005  # so that waiting for the server, and not this machine's processors, is what is shared
)
ROUNDS = 3
SENDER = """
import sys, django
django.setup()
from letters.sending import send_due
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
while send_due():
    pass
"""


def crews(url: str, count: int) -> Iterator[tuple[str, float]]:
    """Let one process send ``count`` letters, then two the same, in turn."""
    with slow_sink(SECONDS_A_LETTER) as port:
        ratios = [_took(1, url, port, count) / _took(2, url, port, count) for _ in range(ROUNDS)]
    yield "two senders, times one, at least", median(ratios)


def _took(senders: int, url: str, port: int, count: int) -> float:
    """Return the seconds that so many senders need for ``count`` letters once they have started."""
    clear()
    due(count)
    crew = [_sender(url, port) for _ in range(senders)]
    for each in crew:
        assert each.stdout
        assert each.stdout.readline() == b"ready\n"
    seconds = timed(partial(_let, crew))
    assert Letter.objects.filter(state="sent").count() == count
    say(f"  {senders} of them: {count / seconds:,.0f}/s")
    return seconds


def _sender(url: str, port: int) -> "subprocess.Popen[bytes]":
    environment = {
        **good_environment(), "DATABASE_URL": url, "EMAIL_URL": f"smtp://{HOST}:{port}", "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "procurement_portal.settings", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", SENDER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip


def _let(crew: "list[subprocess.Popen[bytes]]") -> None:
    """Let all of ``crew`` begin, and wait until each has nothing left to do."""
    for each in crew:
        assert each.stdin
        each.stdin.close()
    for each in crew:
        assert each.wait() == 0
        assert each.stdout
        each.stdout.close()
