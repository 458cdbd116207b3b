"""Has anything that the public sees changed? One value for caches and conditional requests."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import condition

from opportunities.models import ChangeLog, Opportunity
from opportunities.phases import archived_before


class Version(NamedTuple):
    """Equal versions show the same: the log's head, the edition of what stands beside it, and the last
    moments at which something opened or closed by the clock."""

    head: int = 0
    edition: int = 0
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    def __str__(self) -> str:
        return "|".join(str(part) for part in (settings.RELEASE, *self))


def version_at(moment: datetime) -> Version:
    """Return what the public sees at ``moment``, as one value. One query."""
    log = ChangeLog.objects.filter(pk=1).values_list(
        "head", "edition", _last("opens_at", moment), _last("due_at", moment)
    )
    return Version(*(log.first() or ()))


def version_of(request: HttpRequest, moment: datetime) -> Version:
    """Return the version that this request was asked for, as it was first looked up. One query at most."""
    kept: dict[str, Version] = vars(request)
    if "public_version" not in kept:
        kept["public_version"] = version_at(moment)
    return kept["public_version"]


def _last(name: str, moment: datetime) -> Subquery:
    passed = Opportunity.objects.live().filter(**{f"{name}__lte": moment})
    return Subquery(passed.order_by(f"-{name}").values(name)[:1])


def answers_conditionally(
    *, by_minute: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view answer 304 before it runs, where nothing has changed since the visitor's copy.

    ``by_minute`` is for pages that say how much time is left.
    """

    def etag(request: HttpRequest, *_args: Any, **_kwargs: Any) -> str | None:
        if request.headers.get("If-None-Match") == "*":
            return None  # it asks whether there is a page at all, and only the view can tell
        moment = timezone.now()
        parts = [
            str(version_of(request, moment)),
            f"{moment:%Y-%m-%dT%H:%M}" if by_minute else "",
            str(archived_before(moment)),
            request.get_full_path(),
            request.headers.get("HX-Request", ""),
        ]
        digest = sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()
        return f'W/"{digest[:32]}"'

    return condition(etag_func=etag)
