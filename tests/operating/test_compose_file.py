"""docker-compose.yml and the Dockerfile are sound as far as can be told without a container engine."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from procurement_portal.celery import app
from tests.environment import ROOT
from tests.operating.production import good_environment

PROGRAMS = Path(sys.executable).parent
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"migrate", "web", "worker", "chores", "beat"}
# Nothing here depends on the database, so one half of the suite runs it: that of production.
pytestmark = pytest.mark.only_on("postgresql")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def run(*command: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_compose_file_follows_the_compose_specification():
    found = run(
        PROGRAMS / "check-jsonschema",
        *("--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    )

    assert found.returncode == 0, found.stdout


def test_dockerfile_has_no_complaint_of_hadolint():
    found = run(PROGRAMS / "hadolint", "--no-color", "Dockerfile")

    assert (found.returncode, found.stdout) == (0, "")


def test_every_part_is_there():
    assert set(SERVICES) == OURS | {"db", "redis", "proxy"}
    assert "version" not in COMPOSE


def test_only_the_proxy_is_reached_from_outside():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert all(
        port.startswith("${PROXY_PUBLISH:-127.0.0.1:") for port in SERVICES["proxy"]["ports"]
    )


def test_proxy_cannot_reach_database_and_redis():
    assert not set(SERVICES["proxy"]["networks"]) & set(SERVICES["db"]["networks"])
    assert COMPOSE["networks"]["back"] == {"internal": True}


@pytest.mark.parametrize("name", SERVICES)
def test_each_part_is_locked_down(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert name in OURS or service["user"] not in {"root", "0"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_lasting_part_comes_back(name):
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate", "beat"}))
def test_each_part_that_can_be_asked_is_asked(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(OURS - {"migrate"}))
def test_nothing_of_ours_starts_before_the_migrations_are_done(name):
    waits = SERVICES[name]["depends_on"]

    assert waits["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_every_queue_has_a_worker_and_every_task_a_queue(settings):
    app.loader.import_default_modules()
    served = {word for name in ("worker", "chores") for word in SERVICES[name]["command"]}
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert queues == served & queues
    assert {settings.CELERY_TASK_DEFAULT_QUEUE, *routed} == queues
    assert settings.CELERY_TASK_ROUTES.keys() <= app.tasks.keys()


def test_worker_is_given_the_time_that_a_task_may_take():
    settings = (ROOT / "procurement_portal" / "settings.py").read_text()
    longest = int(found_in(settings, r"CELERY_TASK_TIME_LIMIT = (\d+)"))

    assert seconds(SERVICES["worker"]["stop_grace_period"]) > longest


def test_gunicorn_is_given_the_time_that_it_asks_for():
    gunicorn = (ROOT / "deploy" / "gunicorn.conf.py").read_text()
    graceful = int(found_in(gunicorn, r"graceful_timeout = (\d+)"))

    assert seconds(SERVICES["web"]["stop_grace_period"]) > graceful


def test_images_are_pinned():
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+(-\S+)?", image) for image in images), images


def test_no_secret_stands_in_the_files():
    values = {
        f"{name}.{key}": str(value)
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
    }
    hushed = {key for key in values if re.search("SECRET|PASSWORD|DATABASE_URL|EMAIL_URL", key)}

    assert hushed
    assert all(key.endswith("_FILE") for key in hushed)
    assert all(values[key].startswith("/run/secrets/") for key in hushed)
    assert not [value for value in values.values() if re.search(r"://[^/]*:[^/]*@", value)]
    assert not re.search(r"^(ENV|ARG) .*(SECRET|PASSWORD)", DOCKERFILE, re.MULTILINE)


def test_each_secret_used_is_declared_and_kept_out_of_git_and_image():
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    ignored = run("git", "check-ignore", ".env", *(f"secrets/{name}" for name in used))

    assert used == set(COMPOSE["secrets"])
    assert len(ignored.stdout.split()) == len(used) + 1
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_each_file_that_is_mounted_exists():
    mounted = [
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]

    assert mounted
    assert all((ROOT / path).is_file() for path in mounted)


def test_each_variable_of_the_nginx_template_is_given():
    template = (ROOT / "deploy" / "nginx.conf.template").read_text()

    asked = set(re.findall(r"\$\{(PROXY_[A-Z]+)\}", template))

    assert asked == {key for key in SERVICES["proxy"]["environment"] if key.startswith("PROXY_")}


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_command_of_ours_exists_with_its_options(name):
    command = SERVICES[name]["command"]
    words = [str(PROGRAMS / command[0]), *command[1:]]
    trial = [*words, "--check-config"] if command[0] == "gunicorn" else [*words, "--help"]

    found = run(*trial, env=good_environment())

    assert found.returncode == 0, found.stderr


@pytest.mark.programs("redis-server")
def test_redis_understands_its_options():
    options = SERVICES["redis"]["command"]

    found = run(*map(str, options), "--port", "none")

    # It reads its options in turn and stops at the first that it cannot take.
    assert 'port "none"' in found.stdout + found.stderr


def test_image_carries_what_the_portal_runs_on():
    carried = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"procurement_portal"}

    assert apps | {"templates", "static", "locale", "deploy", "manage.py"} <= carried
    assert not carried & {"tests", "tools", "var", "secrets", ".env", ".git", "docs"}


def test_static_files_are_collected_by_the_command_of_the_image(tmp_path):
    build = found_in(DOCKERFILE, r"\nRUN (SECRET_KEY=[\s\S]*?) && python -m compileall")
    own = "from procurement_portal.settings import *\nSTATIC_ROOT = " + repr(
        str(tmp_path / "static")
    )
    (tmp_path / "build_settings.py").write_text(own)
    environment = {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PORTAL_MODE": "production",
        "DJANGO_SETTINGS_MODULE": "build_settings",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }

    found = run("sh", "-c", build.replace("\\\n", " "), env=environment)

    assert found.returncode == 0, found.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


def found_in(text: str, pattern: str) -> str:
    match = re.search(pattern, text)
    assert match, f"{pattern} is not there"
    return match[1]


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))
