"""Asking for letters, confirming, managing, stopping. Opening a link changes nothing: a button does."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alerts import actions, links
from alerts.choices import EndedBecause
from alerts.forms import AskForm, FreshLinkForm
from alerts.models import Match, Subscriber, Subscription
from alerts.promises import SAID
from alerts.tasks import tell_who_asked
from core.doorbell import ring
from core.http import client_network
from core.logs import request_id
from core.ratelimit import allow
from core.views import too_many_requests
from letters.models import Letter
from opportunities.models import Opportunity
from opportunities.search import Search

ASKS_AN_HOUR = 10
LETTERS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for letters about a search, without an account."""
    if request.method != "POST":
        search = Search.from_query(request.GET)
        wishes = {"q": search.text, "industry": search.industries, "method": search.methods}
        return _asking(request, AskForm(initial=wishes), search)
    form, search = AskForm(request.POST), Search.from_query(request.POST)
    if not form.is_valid():
        return _asking(request, form, search, status=422)
    if not allow("ask", client_network(request), limit=ASKS_AN_HOUR, seconds=3600):
        return too_many_requests(request, retry_after=3600)
    actions.ask(
        form.cleaned_data["email"],
        search,
        language=get_language() or "en",
        moment=timezone.now(),
        request_id=request_id(),
    )
    ring(tell_who_asked)
    return HttpResponseRedirect(reverse("alerts:check_mail"))


def _asking(request: HttpRequest, form: AskForm, search: Search, status: int = 200) -> HttpResponse:
    """Show the form, with what it has no box for as it came: a search may be narrower than the form."""
    beyond = [wish for wish in search.lasting.wishes() if wish[0] not in form.fields]
    context = {"form": form, "beyond": beyond} | SAID
    return render(request, "alerts/subscribe.html", context, status=status)


@require_safe
def check_mail(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/check_mail.html", SAID)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was asked for; begin it when the button is pressed. Mail scanners only look."""
    try:
        subscriber = Subscriber.objects.filter(pk=links.read(links.CONFIRM, token)).first()
    except links.SpoiledLink as spoiled:
        return _spoiled(request, spoiled)
    if subscriber is None:
        return _not_subscribed(request)
    if request.method == "POST":
        wanted = [_number(typed) for typed in request.POST.getlist("subscription")]
        actions.confirm(subscriber, wanted, moment=timezone.now())
        ring(tell_who_asked)
    pending = subscriber.subscriptions.pending().order_by("pk")
    context = {
        "pending": pending,
        "running": subscriber.subscriptions.in_force().order_by("pk"),
        "manage_url": links.manage_url(subscriber),
    }
    return _private(request, "alerts/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """What a subscriber asked for and was sent, with a button to stop each."""
    try:
        subscriber = Subscriber.objects.filter(pk=links.read(links.MANAGE, token)).first()
    except links.SpoiledLink as spoiled:
        return _spoiled(request, spoiled)
    if subscriber is None:
        return _not_subscribed(request)
    stopped = 0
    if request.method == "POST":
        running = subscriber.subscriptions.filter(ended_at__isnull=True)
        chosen = request.POST.get("stop", "")
        if chosen != "all":
            running = running.filter(pk=_number(chosen))
        stopped = actions.stop(
            running.values_list("pk", flat=True), because=EndedBecause.MANAGE, moment=timezone.now()
        )
    context = {
        "stopped": stopped,
        "running": subscriber.subscriptions.in_force().order_by("pk"),
        "letters": Letter.objects.filter(owner=subscriber.owner).order_by("-created_at")[
            :LETTERS_SHOWN
        ],
    }
    return _private(request, "alerts/manage.html", context)


@require_safe
def told(request: HttpRequest, token: str) -> HttpResponse:
    """All that one letter is about, also what it had no room for."""
    try:
        subscriber, slot = links.read(links.TOLD, token)
    except links.SpoiledLink as spoiled:
        return _spoiled(request, spoiled)
    carried = Match.objects.filter(
        subscriber=subscriber, letter__owner=f"subscriber:{subscriber}", letter__slot=slot
    )
    found = Opportunity.objects.public().filter(pk__in=carried.values("revision__opportunity"))
    return _private(request, "alerts/told.html", {"opportunities": found.order_by("due_at", "pk")})


@csrf_exempt  # the token is the proof, and mail programs send no cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """One click in the mail program, or one button on this page. Twice is fine; for ever valid."""
    try:
        subscriptions = Subscription.objects.filter(pk__in=links.read(links.STOP, token))
    except links.SpoiledLink as spoiled:
        return _spoiled(request, spoiled)
    if request.method == "POST":
        actions.stop(
            subscriptions.values_list("pk", flat=True),
            because=EndedBecause.LETTER,
            moment=timezone.now(),
        )
    running = list(subscriptions.filter(ended_at__isnull=True).order_by("pk"))
    ended = list(subscriptions.filter(ended_at__isnull=False).order_by("pk"))
    return _private(request, "alerts/stop.html", {"running": running, "ended": ended})


@require_http_methods(["GET", "HEAD", "POST"])
def fresh_link(request: HttpRequest) -> HttpResponse:
    """Mail a fresh link to an address; the answer is the same whether we know it or not."""
    form = FreshLinkForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _private(
            request, "alerts/fresh_link.html", {"form": form}, status=422 if form.is_bound else 200
        )
    if not allow("ask", client_network(request), limit=ASKS_AN_HOUR, seconds=3600):
        return too_many_requests(request, retry_after=3600)
    actions.ask_for_link(form.cleaned_data["email"], moment=timezone.now(), request_id=request_id())
    ring(tell_who_asked)
    return HttpResponseRedirect(reverse("alerts:check_mail"))


def _number(typed: str) -> int:
    """Return the key that a form sent back; 0, which no row has, for anything that is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


def _spoiled(request: HttpRequest, spoiled: links.SpoiledLink) -> HttpResponse:
    """Say that the link is torn or old, and offer a fresh one; 404 for a torn one, 410 for an old one."""
    is_old = spoiled.value is not None  # only a genuine link gives up its value
    context = {"form": FreshLinkForm(), "is_old": is_old}
    return _private(request, "alerts/fresh_link.html", context, status=410 if is_old else 404)


def _not_subscribed(request: HttpRequest) -> HttpResponse:
    return _private(request, "alerts/stop.html", {"running": [], "ended": []})


def _private(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page behind a link: kept by nobody, found by no search engine."""
    response = render(request, template, context | SAID, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
