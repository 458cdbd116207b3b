"""The production shape on this machine: the commands of docker-compose.yml against private servers."""

import http.client
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import ROOT, SETTINGS, variables_read_by
from tests.servers import HOST, Server, free_port, private_postgres, private_redis, spawn

NAME = "portal.example"
PROGRAMS = Path(sys.executable).parent
# The real settings, with static files collected outside the working tree. Only style sheets are compressed:
# test_compose_file.py has all of them compressed, which takes three times as long.
OWN_SETTINGS = """
from procurement_portal.settings import *
STATIC_ROOT = {static!r}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["js", "svg", "map", "txt", "md", "html"]
"""


def good_environment() -> dict[str, str]:
    """Return the settings of a sound production, without any of this shell's; nothing listens there."""
    ours = variables_read_by(SETTINGS.read_text())
    outside = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in ours and name != "DJANGO_SETTINGS_MODULE"
    }
    return outside | {
        "PORTAL_MODE": "production",
        "SITE_URL": f"https://{NAME}",
        "ALLOWED_HOSTS": NAME,
        "DEFAULT_FROM_EMAIL": f"Purchases <purchases@{NAME}>",
        "TRUSTED_PROXY_COUNT": "1",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": f"postgres://portal@{HOST}:1/portal",
        "REDIS_URL": f"redis://{HOST}:1/0",
        "CACHE_URL": f"redis://{HOST}:1/1",
        "EMAIL_URL": f"smtp://{HOST}:1",
    }


def nginx_configuration(folder: Path, *, port: int, upstream_port: int, front: str = HOST) -> str:
    """Fill in deploy/nginx.conf.template as the image's entrypoint would."""
    filled = (ROOT / "deploy" / "nginx.conf.template").read_text()
    values = {
        "PROXY_LISTEN": f"{HOST}:{port}",
        "PROXY_UPSTREAM": f"{HOST}:{upstream_port}",
        "PROXY_RESOLVER": HOST,  # unused: the upstream is an address
        "PROXY_FRONT": front,
        "PROXY_FOLDER": str(folder),
        "PROXY_PAGES": str(ROOT / "deploy"),
    }
    for name, value in values.items():
        filled = filled.replace(f"${{{name}}}", value)
    return filled


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def cache(self) -> str:
        return self.headers.get("X-Cache", "")


@dataclass
class Site:
    """nginx before gunicorn before PostgreSQL and Redis, each of which a test may stop."""

    folder: Path
    environment: dict[str, str]
    postgres: Server
    redis: Server
    port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    web: subprocess.Popen[bytes] | None = None
    nginx: subprocess.Popen[bytes] | None = None

    @property
    def access_log(self) -> str:
        return (self.folder / "nginx.log").read_text()

    def start_web(self) -> None:
        command = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "procurement_portal.wsgi"]
        self.web = self._start("web", command)
        self._wait(self.web_port, "/livez")

    def start_nginx(self) -> None:
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            nginx_configuration(self.folder, port=self.port, upstream_port=self.web_port)
        )
        # Started as root, nginx would serve as a user who may not enter the test's folder.
        extra = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        self.nginx = self._start("nginx", ["nginx", "-c", str(configuration), "-g", extra])
        self._wait(self.port, "/proxy-livez")

    def manage(self, *arguments: str) -> None:
        run = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr

    def get(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        source: str = HOST,
        timeout: float = 20,
    ) -> Answer:
        """Ask nginx as the TLS terminator would, or from another loopback address as a stranger."""
        return ask(
            self.port,
            path,
            method=method,
            body=body,
            headers={"Host": NAME, "X-Forwarded-Proto": "https"} | (headers or {}),
            source=source,
            timeout=timeout,
        )

    def stop(self) -> None:
        for process in (self.nginx, self.web):
            end(process)

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        program = PROGRAMS / command[0]
        found = str(program) if program.exists() else command[0]
        with (self.folder / f"{name}.log").open("ab") as log:
            return spawn(
                [found, *command[1:]],
                stop_signal=signal.SIGKILL,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def _wait(self, port: int, path: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if ask(port, path, headers={"Host": NAME}, timeout=2).status < 300:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        logs = "\n".join(log.read_text()[-1500:] for log in self.folder.glob("*.log"))
        raise RuntimeError(f"Nothing answers on port {port}:\n{logs}")


def ask(
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    source: str = HOST,
    timeout: float = 20,
) -> Answer:
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout, source_address=(source, 0))
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode(errors="replace"))
    finally:
        connection.close()


def end(process: subprocess.Popen[bytes] | None, *, seconds: float = 15) -> None:
    """Ask a program to stop; kill it, with its children, if it does not."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def production_site() -> Iterator[Site]:
    """Yield a migrated site with static files collected, served by gunicorn behind nginx."""
    with (
        tempfile.TemporaryDirectory(prefix="portal-site-") as name,
        private_postgres() as postgres,
        private_redis() as redis,
    ):
        folder = Path(name)
        own = OWN_SETTINGS.format(static=str(folder / "staticfiles"))
        (folder / "site_settings.py").write_text(own)
        site = Site(folder, {}, postgres, redis)
        site.environment = good_environment() | {
            "DJANGO_SETTINGS_MODULE": "site_settings",
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "CACHE_URL": redis.url.removesuffix("/0") + "/1",
            "WEB_BIND": f"{HOST}:{site.web_port}",
        }
        site.manage("migrate", "--noinput")
        site.manage("collectstatic", "--noinput")
        try:
            site.start_web()
            site.start_nginx()
            yield site
        finally:
            site.stop()
