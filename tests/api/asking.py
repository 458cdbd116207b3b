"""What a program does: ask, read JSON, follow links."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

API = "/api/v1"


def ask(path: str, **headers: str) -> Any:
    """Ask for a path below ``/api/v1``, or for a whole address of ours."""
    parts = urlsplit(path)
    where = parts.path if parts.netloc else f"{API}{parts.path}"
    return Client().get(where, QUERY_STRING=parts.query, headers=headers)


def read(path: str) -> Any:
    answer = ask(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def wrong(path: str) -> dict[str, list[str]]:
    """Return what is said to be allowed for each parameter that is refused."""
    answer = ask(path)
    assert answer.status_code == 400
    return {error["parameter"]: error["allowed"] for error in answer.json()["errors"]}


def pages(path: str) -> Iterator[Any]:
    """Follow the next links from ``path`` on."""
    address: str | None = path
    while address:
        page = read(address)
        yield page
        address = page["links"].get("next")


def titles(page: Any) -> list[str]:
    return [each["facts"]["title"] for each in page["opportunities"]]
