"""Make or refresh ``.venv`` from a lock file. ``make`` calls it; it needs nothing but Python.

``python3 tools/environment.py run`` installs what the portal needs, ``… dev`` also what its tests
and checks need. The second holds the first with the same versions, so once it is there it stays:
``run`` after ``dev`` removes nothing. What is up to date takes no time: the check sum of the lock
is kept beside what was installed.

uv does the work, in seconds; it lives in ``.tools`` because an exact install removes strangers from
``.venv``. Where uv cannot be had, pip installs the very same files by the same hashes, in minutes.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV, TOOLS = ROOT / ".venv", ROOT / ".tools"
PYTHON, UV = VENV / "bin" / "python", TOOLS / "bin" / "uv"
STAMP = VENV / "installed-from"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
UV_LOCK = ROOT / "tools" / "uv.lock.txt"
OLDEST_PYTHON = (3, 11)


def main(wish: str) -> None:
    """Install for ``wish``, ``run`` or ``dev``; for ``uv`` only the installer itself."""
    if wish == "uv":
        if not have_uv():
            sys.exit("uv could not be installed; see above.")
    elif not is_up_to_date(wish):
        install("dev" if installed().startswith("dev ") else wish)


def is_up_to_date(wish: str) -> bool:
    """Return whether ``.venv`` was made from the lock as it is now, or from the larger one."""
    return PYTHON.exists() and installed() in {stamp(name) for name in (wish, "dev")}


def install(wish: str) -> None:
    """Make ``.venv`` hold exactly what the lock says, showing progress."""
    say(f"Installing from {LOCKS[wish].name} into .venv (once, and again when it changes) …")
    STAMP.unlink(missing_ok=True)
    if not (have_uv() and sync_with_uv(wish)):
        say("uv is not to be had here: pip installs the same files, which takes some minutes.")
        sync_with_pip(wish)
    STAMP.write_text(stamp(wish))


def have_uv() -> bool:
    """Install the pinned uv into ``.tools`` unless it is there; False if that fails."""
    mark, wanted = TOOLS / "installed-from", digest(UV_LOCK)
    if UV.exists() and mark.exists() and mark.read_text() == wanted:
        return True
    make_environment(TOOLS)
    if not runs(TOOLS / "bin" / "python", "-m", "pip", *pip_install(UV_LOCK)) or not runs(
        UV, "--version"
    ):
        return False
    mark.write_text(wanted)
    return True


def sync_with_uv(wish: str) -> bool:
    """Return whether uv could do it."""
    if not is_this_python(PYTHON) and not runs(
        UV, "venv", "--clear", "--python", sys.executable, VENV
    ):
        return False
    # Compiled once: where PYTHONDONTWRITEBYTECODE is set, as in many containers, every start of every
    # program would compile Django again, and the tests start dozens.
    sync = ("pip", "sync", "--require-hashes", "--compile-bytecode")
    return runs(UV, *sync, "--python", PYTHON, LOCKS[wish])


def sync_with_pip(wish: str) -> None:
    if not (is_this_python(PYTHON) and (VENV / "bin" / "pip").exists()):
        make_environment(VENV)
    if not runs(PYTHON, "-m", "pip", *pip_install(LOCKS[wish])):
        sys.exit("The packages could not be installed; see above. Is there a network?")


def pip_install(lock: Path) -> tuple[str, ...]:
    return (
        "--disable-pip-version-check",
        "install",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        str(lock),
    )


def is_this_python(program: Path) -> bool:
    """Return whether an environment's Python is there and of the version that runs this."""
    question = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    return program.exists() and runs(program, "-c", question)


def make_environment(folder: Path) -> None:
    if not runs(sys.executable, "-m", "venv", "--clear", folder):
        sys.exit("Python's venv module does not work here; on Debian: apt-get install python3-venv")


def installed() -> str:
    return STAMP.read_text() if STAMP.exists() else ""


def stamp(wish: str) -> str:
    """Name a lock and this Python, so that a change of either installs again."""
    return f"{wish} {digest(LOCKS[wish])} {sys.version_info.major}.{sys.version_info.minor}"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def runs(*command: str | Path) -> bool:
    """Run a command in the open, from the project's folder; return whether it succeeded."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    environment.pop("VIRTUAL_ENV", None)
    try:
        return (
            subprocess.run(
                list(map(str, command)), cwd=ROOT, env=environment, check=False
            ).returncode
            == 0
        )
    except OSError as error:
        say(str(error))
        return False


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("The portal needs Python 3.11 or later; name one with `make PYTHON=python3.11 …`.")
    if len(sys.argv) != 2 or sys.argv[1] not in {*LOCKS, "uv"}:
        sys.exit(f"Usage: {sys.argv[0]} run|dev|uv")
    main(sys.argv[1])
