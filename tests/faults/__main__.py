"""The long form: ``python -m tests.faults --letters 2000 --faults 50 --seed 7``.

Runs the production shape with two workers and two schedules (``--shape embedded`` for the other) with that many
letters, strikes that often at random kinds of fault, evenly over the letters, and prints what each cost. ``--seed``
repeats the choice of faults; their exact moment depends on the machine. ``--slowness`` is the seconds that the mail
server takes for a letter. ``--long`` (``make faults``) does it all: 10,000 letters with 200 faults in three seeds, the
embedded shape, the careless senders that must fail, and the parts of the suite about leases, answers, days and the
index of searches with 10,000 cases. Exit code 1 when a promise was broken; logs are then kept and named.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.faults.plan import EMBEDDED, TWINS, freeze, kill_program, send_under_fire
from tests.faults.rig import PYTHON, SENDERS, careless, embedded, production

IN_PROCESS = [
    "tests/faults/test_leases.py", "tests/faults/test_mail_server_answers.py", "tests/faults/test_owing.py",
    "tests/faults/test_oracle.py", "tests/alerting/test_anchors.py", "tests/alerting/test_how_often.py",
]  # fmt: skip
# How each careless sender of tests/faults/careless.py is caught: by its death, or by a sleep past its lease.
CARELESS = {
    "without_a_lease": kill_program("worker", senders=SENDERS),
    "mark_after_the_batch": kill_program("worker", senders=SENDERS),
    "mark_first": kill_program("worker", senders=SENDERS),
    "without_the_fence": freeze,
}
LETTERS, FAULTS, SEEDS = 10_000, 200, (1, 2)  # and one more by chance


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--shape", choices=["production", "embedded"], default="production")
    parser.add_argument("--letters", type=int, default=2000)
    parser.add_argument("--faults", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--slowness", type=float, default=0.01)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    if options.long:
        return int(not all([*_chaos(options), _careless_fail(), _suite()]))
    return int(
        not under_fire(options, options.shape, options.letters, options.faults, options.seed)
    )


def _chaos(options: argparse.Namespace) -> list[bool]:
    seeds = (*SEEDS, options.seed)
    share = len(seeds)
    return [
        *(under_fire(options, "production", -(-LETTERS // share), -(-FAULTS // share), seed) for seed in seeds),
        under_fire(options, "embedded", 1000, 20, options.seed),
    ]  # fmt: skip


def under_fire(
    options: argparse.Namespace, shape: str, letters: int, count: int, seed: int
) -> bool:
    """Send ``letters`` while ``count`` faults strike; return whether every promise was kept."""
    say(f"{shape}, seed {seed}")
    chance = random.Random(seed)
    kinds = list(EMBEDDED.values()) if shape == "embedded" else list(TWINS.values())
    made = embedded if shape == "embedded" else partial(production, twins=True)
    with made(slowness=options.slowness) as portal:
        faults = [chance.choice(kinds) for _ in range(count)]
        report = send_under_fire(portal, "everyone", letters, faults)
        say(str(report))
        if report.problems:
            kept = Path(tempfile.mkdtemp(prefix="portal-faults-kept-"))
            shutil.copytree(portal.folder, kept, dirs_exist_ok=True)
            say(f"logs kept in {kept}")
    return not report.problems


def _careless_fail() -> bool:
    """Let each careless sender send under fire: a rig that finds nothing wrong with one is blind."""
    blind = []
    for name, fault in CARELESS.items():
        with production(twins=fault is freeze) as portal, careless(portal, "worker", name):
            try:
                found = send_under_fire(portal, "careless", 400, [fault] * 3).problems
            except AssertionError as error:  # it never came to rest
                found = [str(error).splitlines()[0]]
        say(f"{name}: {len(found)} broken promises, such as: {found[:1]}")
        blind += [] if found else [name]
    say(f"the rig is blind to {blind}" if blind else "the rig sees every careless sender")
    return not blind


def _suite() -> bool:
    environment = {**os.environ, "ANCHOR_CASES": "10000"}
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-n0", *IN_PROCESS], env=environment, check=False
    )
    return done.returncode == 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
