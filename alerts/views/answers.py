"""How the pages behind links answer: kept by nobody, found by no search engine, kind about a spoiled link."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts import links
from alerts.forms import FreshLinkForm
from alerts.models import Subscriber
from alerts.promises import SAID
from core.http import kept_by_nobody


def subscriber_of(purpose: str, token: str) -> Subscriber | None:
    """Return whose link it is, ``None`` once they are forgotten. Raises ``SpoiledLink``."""
    return Subscriber.objects.filter(pk=links.read(purpose, token)).first()


def spoiled(request: HttpRequest, link: links.SpoiledLink) -> HttpResponse:
    """Say that the link is torn or old, and offer a fresh one; 404 for a torn one, 410 for an old one."""
    is_old = link.value is not None  # only a genuine link gives up its value
    context = {"form": FreshLinkForm(), "is_old": is_old}
    return private(request, "alerts/fresh_link.html", context, status=410 if is_old else 404)


def not_subscribed(request: HttpRequest) -> HttpResponse:
    return private(request, "alerts/stop.html", {"running": [], "ended": []})


def private(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return kept_by_nobody(render(request, template, context | SAID, status=status))
