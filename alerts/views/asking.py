"""Asking without an account, and confirming through a letter."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from alerts import actions, links
from alerts.forms import AskForm, FreshLinkForm
from alerts.models import Subscription
from alerts.previewing import past_letters
from alerts.promises import SAID
from alerts.tasks import tell_who_asked
from alerts.views.answers import not_subscribed, private, spoiled, subscriber_of
from core.doorbell import ring
from core.http import client_network, row_number
from core.logs import request_id
from core.ratelimit import allow
from core.views import too_many_requests
from opportunities.search import Search

ASKS_AN_HOUR = 10
LOOKS_A_MINUTE = 60  # as fast as anybody types; each reads the changes of 90 days


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for letters about a search, without an account."""
    if request.method != "POST":
        search = Search.from_query(request.GET)
        return _asking(request, AskForm.about(search, get_language() or "en"), search)
    here = {"language": get_language() or "en"}
    form, search = AskForm(request.POST, initial=here), Search.from_query(request.POST)
    if not form.is_valid():
        return _asking(request, form, search, status=422)
    if not allow("ask", client_network(request), limit=ASKS_AN_HOUR, seconds=3600):
        return too_many_requests(request, retry_after=3600)
    actions.ask(
        form.cleaned_data["email"],
        search,
        language=form.chosen_language,
        moment=timezone.now(),
        kinds=form.chosen,
        request_id=request_id(),
        **form.rhythm,
    )
    ring(tell_who_asked)
    return HttpResponseRedirect(reverse("alerts:check_mail"))


def _asking(request: HttpRequest, form: AskForm, search: Search, status: int = 200) -> HttpResponse:
    """Show the form, with what it has no box for as it came: a search may be narrower than the form."""
    beyond = [wish for wish in search.lasting.wishes() if wish[0] not in form.fields]
    would = past_letters(search, moment=timezone.now(), kinds=form.chosen, **form.rhythm)
    context = {"form": form, "beyond": beyond, "search": search.lasting, "would": would} | SAID
    return render(request, "alerts/subscribe.html", context, status=status)


@require_safe
def would_have_sent(request: HttpRequest) -> HttpResponse:
    """What the form as it stands would have sent in the last 90 days: the part of the page that says so."""
    if not allow("would-have-sent", client_network(request), limit=LOOKS_A_MINUTE, seconds=60):
        return too_many_requests(request, retry_after=60)
    form, search = AskForm(request.GET), Search.from_query(request.GET)
    form.is_valid()  # the address is not part of it
    would = past_letters(search, moment=timezone.now(), kinds=form.chosen, **form.rhythm)
    return private(
        request, "alerts/_would_have_sent.html", {"search": search.lasting, "would": would}
    )


@require_safe
def check_mail(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/check_mail.html", SAID)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was asked for; begin it when the button is pressed. Mail scanners only look."""
    try:
        subscriber = subscriber_of(links.CONFIRM, token)
    except links.SpoiledLink as link:
        return spoiled(request, link)
    if subscriber is None:
        return not_subscribed(request)
    moment = timezone.now()
    if request.method == "POST":
        wanted = [row_number(typed) for typed in request.POST.getlist("subscription")]
        actions.confirm(subscriber, wanted, moment=moment)
        ring(tell_who_asked)
        subscriber.refresh_from_db()
    pending = subscriber.subscriptions.pending().order_by("pk")
    context = {
        "subscriber": subscriber,
        "pending": [_with_past_letters(wish) for wish in pending],
        "running": subscriber.subscriptions.in_force().order_by("pk"),
        "manage_url": links.manage_url(subscriber),
    }
    return private(request, "alerts/confirm.html", context)


def _with_past_letters(wish: Subscription) -> Subscription:
    """Let the page say of a wish what it would have sent, at the pace that its subscriber chose."""
    wish.would = past_letters(  # type: ignore[attr-defined]  # for the template
        wish.saved_search.search,
        moment=timezone.now(),
        kinds=wish.kinds,
        **wish.subscriber.rhythm,
    )
    return wish


@require_http_methods(["GET", "HEAD", "POST"])
def fresh_link(request: HttpRequest) -> HttpResponse:
    """Mail a fresh link to an address; the answer is the same whether we know it or not."""
    form = FreshLinkForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return private(request, "alerts/fresh_link.html", {"form": form}, status=status)
    if not allow("ask", client_network(request), limit=ASKS_AN_HOUR, seconds=3600):
        return too_many_requests(request, retry_after=3600)
    actions.ask_for_link(form.cleaned_data["email"], moment=timezone.now(), request_id=request_id())
    ring(tell_who_asked)
    return HttpResponseRedirect(reverse("alerts:check_mail"))
