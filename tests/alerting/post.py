"""The reader's side of the post: what arrived, and the links in it."""

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.core import serializers

from alerts import ticking
from letters.models import Letter

LINK = re.compile(r"https?://[^\s<>\"']+")


def tick(moment: datetime) -> list[EmailMessage]:
    """Run the alerts at ``moment``; return the letters that were written now, oldest first."""
    before = set(Letter.objects.values_list("pk", flat=True))
    ticking.tick(clock=lambda: moment)
    return [opened(letter) for letter in Letter.objects.exclude(pk__in=before).order_by("pk")]


def opened(letter: Letter) -> EmailMessage:
    return message_from_bytes(bytes(letter.body.raw), policy=policy.default)


def part(message: EmailMessage, kind: str) -> str:
    """Return the ``plain`` or the ``html`` part as its reader gets it."""
    body = message.get_body(preferencelist=(kind,))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def links(message: EmailMessage, kind: str = "plain") -> list[str]:
    return LINK.findall(part(message, kind).replace("&amp;", "&"))


def path_of(message: EmailMessage, page: str) -> str:
    """Return the path of the letter's link to ``/alerts/<page>/…``."""
    (path,) = {urlsplit(link).path for link in links(message) if f"/alerts/{page}/" in link}
    return path


def dump() -> list[Any]:
    """Return every row of every table."""
    return [
        row
        for model in apps.get_models()
        for row in serializers.serialize("python", model._base_manager.order_by("pk"))
    ]
