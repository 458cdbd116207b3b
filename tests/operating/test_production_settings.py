"""Production refuses to start without what it needs or with what would hurt, and says which variable."""

import json
import os
import runpy
import subprocess
import sys
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.environment import ROOT, SETTINGS
from tests.operating.production import good_environment

# Nothing here depends on the database of the tests, so one half of the suite runs it: that of production.
pytestmark = pytest.mark.only_on("postgresql")

REQUIRED = [
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
]
DANGEROUS = [
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "a" * 64),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "portal.example,*"),
    ("SITE_URL", "http://portal.example"),
    ("SITE_URL", "https://portal.example/path"),
    ("DATABASE_URL", "sqlite:////tmp/portal.sqlite3"),
    ("REDIS_URL", "memory://"),
    ("EMAIL_URL", "consolemail://"),
    ("EMAIL_URL", "filemail:///tmp/mail"),
    ("EMAIL_URL", "dummymail://"),
    ("DEFAULT_FROM_EMAIL", "webmaster@localhost"),
    ("DEFAULT_FROM_EMAIL", "Purchases"),
    ("PORTAL_MODE", "prodution"),
]
SHOW = """
import json
from django.conf import settings
names = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "DEBUG")
shown = {name: getattr(settings, name) for name in names}
shown["password"] = settings.DATABASES["default"]["PASSWORD"]
print(json.dumps(shown))
"""

SHOW_DOOR = """
import json
from django.conf import settings
from django.urls import reverse
print(json.dumps({
    "server": settings.NYC_ID_SERVER_URL,
    "secret": settings.NYC_ID_CLIENT_SECRET,
    "form-action": settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"],
    "callback": reverse("nyc_id:callback"),
}))
"""


def start(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *(arguments or ("check",))],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(environment: dict[str, str]) -> str:
    """Return in which words the settings refuse: those that a start of any program ends with, as the tests
    with a process of their own show.
    """
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        pytest.raises(ImproperlyConfigured) as refused,
    ):
        runpy.run_path(str(SETTINGS))
    return str(refused.value)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("how", ["unset", "blank"])
def test_missing_setting_is_named(name, how):
    environment = good_environment() | {name: ""}
    if how == "unset":
        del environment[name]

    assert f"Set {name}." in refusal(environment)


def test_all_missing_settings_are_named_at_once():
    environment = {
        name: value for name, value in good_environment().items() if name not in REQUIRED
    }

    refused = start(environment)

    assert refused.returncode != 0
    assert all(f"Set {name}." in refused.stderr for name in REQUIRED)


@pytest.mark.parametrize(("name", "value"), DANGEROUS)
def test_dangerous_value_is_named(name, value):
    assert f"{name} " in refusal(good_environment() | {name: value}).splitlines()[-1]


def test_refusal_does_not_repeat_the_secret():
    refused = start(
        good_environment() | {"SECRET_KEY": "hunter2", "DATABASE_URL": "mysql://u:pass99@h/d"}
    )

    assert "hunter2" not in refused.stderr.splitlines()[-1]
    assert "pass99" not in refused.stderr.splitlines()[-1]


def test_good_settings_pass_djangos_deployment_check():
    checked = start(good_environment(), "check", "--deploy", "--fail-level", "INFO")

    assert checked.returncode == 0, checked.stderr
    assert checked.stdout == "System check identified no issues (0 silenced).\n"


def test_proxies_not_counted_is_a_warning():
    checked = start(good_environment() | {"TRUSTED_PROXY_COUNT": "0"}, "check", "--deploy")

    assert "portal.W001" in checked.stderr


def test_door_to_nyc_id_opens_by_three_settings(tmp_path):
    (tmp_path / "secret").write_text("a word between the two\n")
    environment = good_environment() | {
        "NYC_ID_SERVER_URL": "https://issuer.example/realm/",
        "NYC_ID_CLIENT_ID": "the-portal",
        "NYC_ID_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }

    shown = start(environment, "shell", "--verbosity", "0", "-c", SHOW_DOOR).stdout

    assert json.loads(shown) == {
        "server": "https://issuer.example/realm",
        "secret": "a word between the two",
        "form-action": ["'self'", "https://issuer.example"],
        "callback": "/account/nyc-id/callback/",
    }


def test_door_to_nyc_id_that_is_half_set_is_an_error():
    environment = good_environment() | {"NYC_ID_CLIENT_ID": "the-portal"}

    checked = start(environment, "check", "--deploy")

    assert checked.returncode != 0
    assert "NYC_ID_SERVER_URL and NYC_ID_CLIENT_SECRET are not set." in checked.stderr


def test_embedded_mode_does_not_pass_for_production():
    outside = good_environment()
    for name in [*REQUIRED, "PORTAL_MODE", "TRUSTED_PROXY_COUNT", "CACHE_URL"]:
        del outside[name]

    checked = start(outside, "check", "--deploy")

    assert checked.returncode != 0
    assert "portal.E001" in checked.stderr


def test_secrets_may_be_files_that_end_with_a_line_break(tmp_path):
    environment = good_environment()
    secret = environment["SECRET_KEY"]
    values = {
        "SECRET_KEY": f"{secret}\n",
        "SECRET_KEY_FALLBACKS": f"{secret[::-1]},{secret[5:]}\r\n",
        "DATABASE_URL": "postgres://portal:p%40ss@db:5432/portal\n",
        "EMAIL_URL": "smtp+tls://user:word@relay.example:587\n",
    }
    for name, value in values.items():
        environment.pop(name, None)
        (tmp_path / name).write_text(value)
        environment[f"{name}_FILE"] = str(tmp_path / name)

    shown = json.loads(start(environment, "shell", "--verbosity", "0", "-c", SHOW).stdout)

    assert shown == {
        "SECRET_KEY": secret,
        "SECRET_KEY_FALLBACKS": [secret[::-1], secret[5:]],
        "EMAIL_HOST": "relay.example",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
        "DEBUG": False,
        "password": "p@ss",
    }


def test_empty_file_of_fallbacks_means_none(tmp_path):
    (tmp_path / "none").write_text("\n")
    environment = good_environment() | {"SECRET_KEY_FALLBACKS_FILE": str(tmp_path / "none")}

    shown = json.loads(start(environment, "shell", "--verbosity", "0", "-c", SHOW).stdout)

    assert shown["SECRET_KEY_FALLBACKS"] == []


def test_secret_file_that_is_missing_stops_the_start(tmp_path):
    environment = good_environment() | {"SECRET_KEY_FILE": str(tmp_path / "nowhere")}

    assert start(environment).returncode != 0
