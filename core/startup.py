"""What must be true before the portal may start. Read by settings, so it imports no models."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from environ.fileaware_mapping import FileAwareMapping

SHORTEST_SECRET_KEY = 50


class SecretFiles(FileAwareMapping):  # type: ignore[misc]  # environ has no types
    """The environment, where ``NAME_FILE`` names a file that holds the value.

    Editors and ``echo`` end a file with a line break, which is no part of the value.
    """

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).rstrip("\r\n")


def kept_secret(path: Path) -> str:
    """Return the secret in ``path``, making it on first use so that only its owner can read it.

    Two processes that start at once agree: the first to create the file wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        with suppress(FileExistsError):  # another process was first: its secret is the one to use
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def newest_change(folder: Path) -> str:
    """Return when a template or a program in ``folder`` changed last: the same in every process of a release."""
    parts = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    files = [
        file
        for part in parts
        if part.name not in {"var", "tests", "docs", "frontend", "staticfiles", "test-output"}
        for kind in ("*.py", "*.html", "*.txt", "*.xml", "*.mo")
        for file in part.rglob(kind)
    ]
    return str(max((int(file.stat().st_mtime) for file in files), default=0))


def production_problems(values: Mapping[str, str]) -> list[str]:
    """Return, one sentence each and naming its variable, why production must not start.

    ``values`` maps the variables to what was given; blank means not given. Empty list: all well.
    """
    missing = [f"Set {name}." for name, value in values.items() if not value]
    return missing + [sentence for sentence in _dangers(values) if sentence]


def _dangers(values: Mapping[str, str]) -> list[str]:
    key, site, hosts = values["SECRET_KEY"], values["SITE_URL"], values["ALLOWED_HOSTS"]
    database, broker, mail = values["DATABASE_URL"], values["REDIS_URL"], values["EMAIL_URL"]
    sender = values["DEFAULT_FROM_EMAIL"]
    return [
        f"SECRET_KEY is shorter than {SHORTEST_SECRET_KEY} characters or repeats itself; make one with "
        "`python -c 'import secrets; print(secrets.token_urlsafe(64))'`."
        if key and (len(key) < SHORTEST_SECRET_KEY or len(set(key)) < 5)
        else "",
        "ALLOWED_HOSTS may not be '*': name the hosts." if "*" in hosts else "",
        "SITE_URL must be an https address without a path, such as https://portal.example."
        if site and not _is_https_origin(site)
        else "",
        "DATABASE_URL must name PostgreSQL (postgres://…); SQLite is for the embedded mode."
        if database and urlsplit(database).scheme not in {"postgres", "postgresql"}
        else "",
        "REDIS_URL must begin with redis://, rediss:// or unix://."
        if broker and urlsplit(broker).scheme not in {"redis", "rediss", "unix", "redis+socket"}
        else "",
        "EMAIL_URL must name a mail server (smtp://, smtp+tls:// or smtp+ssl://): others lose letters."
        if mail and urlsplit(mail).scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"}
        else "",
        "DEFAULT_FROM_EMAIL must be an address on your own domain."
        if sender and ("@" not in sender or "localhost" in sender)
        else "",
    ]


def _is_https_origin(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and parts.path in {"", "/"}
