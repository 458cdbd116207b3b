"""The long form: ``python -m tests.faults --letters 2000 --faults 50 --seed 7``.

Runs the production shape (``--shape embedded`` for the other) with that many letters, strikes that
often at random kinds of fault, evenly over the letters, and prints what each cost. ``--seed`` repeats the choice of
faults; their exact moment depends on the machine. ``--slowness`` is the seconds that the mail server
takes for a letter. Exit code 1 when a promise was broken; the folder of logs is then kept and named.
"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults.plan import EMBEDDED, PRODUCTION, freeze, kill_main_process, send_under_fire
from tests.faults.rig import embedded, production


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--shape", choices=["production", "embedded"], default="production")
    parser.add_argument("--letters", type=int, default=2000)
    parser.add_argument("--faults", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--slowness", type=float, default=0.01)
    options = parser.parse_args()
    say(f"seed {options.seed}")
    chance = random.Random(options.seed)
    kinds = list(EMBEDDED.values())
    if options.shape == "production":
        kinds = [*PRODUCTION.values(), kill_main_process, freeze]
    shape = production if options.shape == "production" else embedded
    with shape(slowness=options.slowness) as portal:
        faults = [chance.choice(kinds) for _ in range(options.faults)]
        report = send_under_fire(portal, "everyone", options.letters, faults)
        say(str(report))
        if report.problems:
            kept = Path(tempfile.mkdtemp(prefix="portal-faults-kept-"))
            shutil.copytree(portal.folder, kept, dirs_exist_ok=True)
            say(f"logs kept in {kept}")
    return 1 if report.problems else 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
