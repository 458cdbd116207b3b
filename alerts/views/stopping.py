"""What the links at the foot of a letter lead to."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alerts import actions, links, looking
from alerts.choices import EndedBecause
from alerts.tasks import tell_who_asked
from alerts.views.answers import private, spoiled
from core.doorbell import ring


@require_safe
def told(request: HttpRequest, token: str) -> HttpResponse:
    """All that one letter is about, also what it had no room for."""
    try:
        subscriber, slot = links.read(links.TOLD, token)
    except links.SpoiledLink as link:
        return spoiled(request, link)
    lines = looking.told_in(slot, subscriber=subscriber)
    return private(request, "alerts/told.html", {"lines": lines})


@csrf_exempt  # the token is the proof, and mail programs send no cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """One click in the mail program, or one button on this page; and the button that takes it back.

    Twice is fine; for ever valid.
    """
    try:
        subscriptions = looking.meant_by(links.read(links.STOP, token))
    except links.SpoiledLink as link:
        return spoiled(request, link)
    is_back = request.method == "POST" and "again" in request.POST
    if request.method == "POST":
        _stop_or_resume([wish.pk for wish in subscriptions], resume=is_back)
    running = list(subscriptions.filter(ended_at__isnull=True).order_by("pk"))
    ended = list(subscriptions.filter(ended_at__isnull=False).order_by("pk"))
    context = {"running": running, "ended": ended, "is_back": is_back}
    return private(request, "alerts/stop.html", context)


def _stop_or_resume(subscriptions: list[int], *, resume: bool) -> None:
    moment = timezone.now()
    if resume:
        actions.resume(subscriptions, moment=moment)
        ring(tell_who_asked)
    else:
        actions.stop(subscriptions, because=EndedBecause.LETTER, moment=moment)
