"""The long form: ``python -m tests.faults --long`` (``make faults``), some twenty minutes on two cores.

It runs the parts below in turn, and then adds up: at least 10,000 letters and 200 faults,
nothing lost, nothing doubled, nobody told who had not asked, and at most one repeat for ten senders killed.
``--long --part chaos-postgresql`` runs the parts whose name begins so, and ``--long --part total`` adds up what the
last run of each part left in ``test-output/faults``. ``--seed`` names the seed of the parts that end in “chance”, which
is printed; a seed repeats the choice of faults, their exact moment depends on the machine. Exit code 1 when a
promise was broken, or less was done than is asked for; logs are then kept and named.

chaos-postgresql-…  two workers, two schedules, web, PostgreSQL, Redis: each killed, frozen, emptied, cut off
chaos-sqlite-…      the embedded shape: its one process, its mail server and the publisher
kills               nothing but senders, each while it sends
broker              every message delivered twice, while Redis dies, forgets and swallows
controls-…          designs that must fail
failpoints-…        a death at each step, and at every statement and every commit
suite-…             the parts of the suite about leases, answers of mail servers, races and days, and the index of
                    searches with 10,000 cases
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from tests.environment import ROOT
from tests.faults.controls import CONTROLS
from tests.faults.plan import BROKER, EMBEDDED, KILLS, TWINS, Fault, Report, chaos
from tests.faults.rig import PYTHON, NeverCame, Portal, embedded, production
from tests.servers import private_postgres, private_redis

RESULTS = ROOT / "test-output" / "faults"
LETTERS, FAULTS, KILLED = 10_000, 200, 100
REPEATS_A_KILL = 0.1  # of a sender, where the mail server answers as soon as it has a letter
FAILPOINTS = ["tests/faults/test_failpoints.py", "tests/faults/long_failpoints.py"]
SUITE = [
    "tests/faults/test_broker.py",
    "tests/faults/test_leases.py", "tests/faults/test_lock_order.py", "tests/faults/test_mail_server_answers.py", "tests/faults/test_owing.py",
    "tests/faults/test_oracle.py", "tests/alerting/test_anchors.py", "tests/alerting/test_how_often.py",
]  # fmt: skip

Kinds = dict[str, Callable[[Portal], Fault]]
Part = Callable[[int], dict[str, Any]]


def under_fire(
    shape: Callable[..., AbstractContextManager[Portal]],
    kinds: Kinds,
    letters: int,
    count: int,
    seed: int,
    *,
    dwell: float = 0,
) -> dict[str, Any]:
    """Send ``letters`` while ``count`` faults strike, each kind at least once; return the figures."""
    chance = random.Random(seed)
    order = [*kinds, *chance.choices(list(kinds), k=max(0, count - len(kinds)))][:count]
    chance.shuffle(order)
    report = Report()
    with shape(dwell=dwell) as portal:
        try:
            chaos(portal, f"chaos{seed}", letters, [kinds[name] for name in order], report)
            broken, limit = report.problems, portal.recovery_limit
        except NeverCame as error:
            broken, limit = [str(error)], portal.recovery_limit
        say(str(report))
        if report.recovery > limit:
            broken.append(f"due work was done {report.recovery:.1f} s after the last fault")
        if broken:
            kept = Path(tempfile.mkdtemp(prefix="portal-faults-kept-"))
            shutil.copytree(portal.folder, kept, dirs_exist_ok=True)
            say(f"the mail server's log, and all others, are kept in {kept}")
    return {
        "seed": seed,
        "letters": len({letter.message_id for letter in report.facts.letters}),
        "faults": dict(Counter(fault.name for fault in report.faults)),
        "killed": report.killed,
        "repeats": report.facts.repeats,
        "recorded": report.facts.recorded,
        "repeats_by_kills": report.repeats_by_kills,
        "counts_for_the_bar": not dwell,
        "recovery": round(report.recovery, 1),
        "recovery_limit": round(limit, 1),
        "broken": broken,
    }


def controls(names: list[str], _seed: int) -> dict[str, Any]:
    """Let each of these careless designs send under fire: a rig that finds nothing wrong with one is blind."""
    blind = []
    with production(twins=True) as portal:
        portal.patience = 60
        for name in names:
            promise, run = CONTROLS[name]
            found = [problem for problem in run(portal) if promise in problem]
            say(f"{name}: {f'caught: {found[0]}' if found else 'NOT CAUGHT'}")
            blind += [] if found else [f"the rig is blind to “{name}”"]
    return {"controls": len(names), "broken": blind}


def suite(database: str, tests: list[str], _seed: int) -> dict[str, Any]:
    """Run parts of the suite in their long form."""
    environment = {**os.environ, "ANCHOR_CASES": "10000"}
    command = [PYTHON, "-m", "pytest", "-q", "-s", "-n0", "--timeout=540", *tests]
    if database == "sqlite":
        code = subprocess.run(command, env=environment, check=False).returncode
    else:
        with private_postgres() as postgres, private_redis() as redis:
            environment |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
            code = subprocess.run(command, env=environment, check=False).returncode
    return {"broken": [f"tests failed on {database}"] if code else []}


def parts() -> dict[str, Part]:
    twins = partial(production, twins=True)
    postgresql = partial(under_fire, partial(twins, slowness=0.01), TWINS, 2000, 40)
    sqlite = partial(under_fire, partial(embedded, slowness=0.01), EMBEDDED, 500, 10)
    return {
        "chaos-postgresql-1": lambda _: postgresql(1),
        # The mail server keeps each letter for a while before it answers: a kill is likely to meet that.
        "chaos-postgresql-2": lambda _: postgresql(2, dwell=0.01),
        "chaos-postgresql-3-fast": lambda _: under_fire(
            partial(twins, slowness=0), TWINS, 2500, 40, 3
        ),
        "chaos-postgresql-chance": postgresql,
        "chaos-sqlite-1": lambda _: sqlite(1),
        "chaos-sqlite-2": lambda _: sqlite(2, dwell=0.01),
        "chaos-sqlite-3-fast": lambda _: under_fire(
            partial(embedded, slowness=0), EMBEDDED, 1000, 12, 3
        ),
        "chaos-sqlite-chance": sqlite,
        "kills": lambda seed: under_fire(partial(twins, slowness=0.02), KILLS, 1500, 36, seed),
        "broker": lambda seed: under_fire(partial(twins, twice=True), BROKER, 1000, 12, seed),
        "controls-1": partial(controls, list(CONTROLS)[:3]),
        "controls-2": partial(controls, list(CONTROLS)[3:5]),
        "controls-3": partial(controls, list(CONTROLS)[5:]),
        "failpoints-sqlite": partial(suite, "sqlite", FAILPOINTS),
        "failpoints-postgresql": partial(suite, "postgresql", FAILPOINTS),
        "suite-sqlite": partial(suite, "sqlite", SUITE),
        "suite-postgresql": partial(suite, "postgresql", SUITE),
    }


def run_part(name: str, seed: int) -> bool:
    """Run one part, print and keep its figures; return whether every promise was kept."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").unlink(missing_ok=True)
    say(f"\n=== {name} (seed of chance: {seed})")
    started = time.monotonic()
    result = parts()[name](seed) | {"seconds": round(time.monotonic() - started)}
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False))
    say("\n".join(result["broken"]) or "every promise was kept")
    say(
        f"{name}: "
        + ", ".join(f"{key} {value}" for key, value in result.items() if key != "broken")
    )
    return not result["broken"]


def total() -> bool:
    """Add up what the last run of each part left; return whether it is enough and all promises were kept."""
    results, broken = {}, []
    for name in parts():
        found = RESULTS / f"{name}.json"
        if found.exists():
            results[name] = json.loads(found.read_text())
            broken += [f"{name}: {line.splitlines()[0]}" for line in results[name]["broken"]]
        else:
            broken.append(f"{name} was not run to its end")
    letters = sum(result.get("letters", 0) for result in results.values())
    faults = Counter[str]()
    for result in results.values():
        faults.update(result.get("faults", {}))
    barred = [result for result in results.values() if result.get("counts_for_the_bar")]
    killed = sum(result["killed"] for result in barred)
    by_kills = sum(result["repeats_by_kills"] for result in barred)
    if letters < LETTERS or faults.total() < FAULTS:
        broken.append(f"less than {LETTERS} letters or {FAULTS} faults")
    if killed < KILLED:
        broken.append(f"less than {KILLED} senders killed")
    if by_kills > REPEATS_A_KILL * killed:
        broken.append(f"more than {REPEATS_A_KILL} repeats for each sender killed")
    say("\n=== total")
    say(
        f"seeds {', '.join(str(result['seed']) for result in results.values() if 'seed' in result)}"
    )
    say(f"{letters} letters, {faults.total()} faults: {dict(sorted(faults.items()))}")
    say(
        f"{sum(result.get('repeats', 0) for result in results.values())} repeats, "
        f"{sum(result.get('recorded', 0) for result in results.values())} recorded; where the mail server "
        f"answers at once, {by_kills} by {killed} senders killed"
    )
    say(f"{sum(result['seconds'] for result in results.values())} s")
    say("\n".join(broken) or "every promise was kept")
    return not broken


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--long", action="store_true", required=True)
    parser.add_argument("--part", default="", help="only the parts whose name begins so, or total")
    parser.add_argument("--seed", type=int, default=random.randrange(10, 10**6))
    options = parser.parse_args()
    chosen = [name for name in parts() if name.startswith(options.part)]
    if not chosen and options.part != "total":
        parser.error(f"no part begins with {options.part}: {', '.join(parts())}, total")
    kept = [run_part(name, options.seed) for name in chosen]
    return int(not all([*kept, total() if options.part in {"", "total"} else True]))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
