"""``python -m benchmarks.importing``: a large plan and the City's list in both vintages, on SQLite; time and memory.

No bar is set here: the figures are for docs/performance.md.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

HEADINGS = (
    "Plan ID #,Agency,Source Plan,Fiscal Year,Description of Goods and Services to be Procured,Procurement Method,"
    "Procurement Industry,Anticipated Contract Start Date,Anticipated Contract End Date,"
    "Fiscal Quarter of Solicitation,Estimated Amount"
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of the plan")
    parser.add_argument("--firms", type=int, default=12_000, help="on the City's list")
    parser.add_argument("--businesses", type=int, default=1_000, help="here, all of them listed")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="portal-benchmarks-") as folder:
        from benchmarks.__main__ import _set_up

        _set_up(folder)
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
        _plan(options.rows)
        _register(options.firms, options.businesses)
    return 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _plan(rows: int) -> None:
    lines = (
        f"FY27NLaw{n},Law Department,LL1,2027,Purchase number {n},Task Order,Goods,2027-01-01,2029-12-31,{n % 4 + 1},{n + 30000}.0"
        for n in range(rows)
    )
    content = "\n".join([HEADINGS, *lines]).encode()
    run = _timed(f"plan, {rows} rows: check", lambda: _received(content, "plan.csv", "plan"))
    done = _timed(f"plan, {rows} rows: import", lambda: _started(run))
    say(f"  {done.counts}")


def _register(firms: int, businesses: int) -> None:
    from django.utils import timezone

    from tests.factories import VendorFactory
    from tests.getting_ready.certified import NEW, OLD, file_of, listed
    from vendors import actions
    from vendors.models import RegisterMatch, Vendor

    VendorFactory.create_batch(businesses)
    names = [*Vendor.objects.values_list("name", flat=True)]
    names += [f"Firm {n} Inc." for n in range(firms - len(names))]
    for vintage, headings in {"older": OLD, "newer": NEW}.items():
        content = file_of(*(listed(name) for name in names), headings=headings)
        title = f"City's list, {firms} firms, {vintage} headings"
        _timed(title, partial(_loaded, content))
    _timed(
        f"matches for {businesses} businesses",
        lambda: actions.suggest(Vendor.objects.all(), moment=timezone.now()),
    )
    say(f"  {RegisterMatch.objects.count()} matches suggested")


def _received(content: bytes, name: str, kind: str) -> Any:
    from django.utils import timezone

    from opportunities import importing

    moment = timezone.now()
    run = importing.receive(BytesIO(content), name, importing.KINDS[kind], by=None, moment=moment)
    return importing.finish_now(run)


def _loaded(content: bytes) -> Any:
    return _started(_received(content, "list.csv", "register"))


def _started(run: Any) -> Any:
    from django.utils import timezone

    from opportunities import importing

    importing.start(run, by=None, moment=timezone.now())
    return importing.finish_now(run)


def _timed(title: str, does: Callable[[], Any]) -> Any:
    began, worked = time.monotonic(), time.process_time()
    result = does()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(
        f"{title}: {time.monotonic() - began:.1f} s, {time.process_time() - worked:.1f} s of CPU, "
        f"{peak} MB at most so far"
    )
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
