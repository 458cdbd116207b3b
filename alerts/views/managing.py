"""What a subscriber asked for and was sent, behind a signed link: every wish can be changed, paused, ended."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from alerts import actions, links, looking
from alerts.choices import EndedBecause
from alerts.forms import KindsForm, PauseForm, RhythmForm, WhyForm
from alerts.models import Subscriber, Subscription
from alerts.tasks import tell_who_asked
from alerts.views.answers import not_subscribed, private, spoiled, subscriber_of
from core.doorbell import ring
from core.http import row_number
from letters.suppression import is_suppressed
from opportunities.models import Opportunity


@dataclass
class Done:
    """What became of a pressed button: words for the top of the page, and forms that were refused."""

    said: str = ""
    ended: list[int] = field(default_factory=list)  # what one press can take back
    refused: dict[str, forms.Form] = field(default_factory=dict)
    about: Opportunity | None = None
    answer: looking.Answer | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """Show all of it; do what the pressed button says."""
    try:
        subscriber = subscriber_of(links.MANAGE, token)
    except links.SpoiledLink as link:
        return spoiled(request, link)
    if subscriber is None:
        return not_subscribed(request)
    moment, done = timezone.now(), Done()
    if request.method == "POST":
        if "forget" in request.POST:
            actions.forget_me(subscriber, moment=moment)
            return private(request, "alerts/forgotten.html", {})
        done = _do(subscriber, request.POST, moment)
        subscriber.refresh_from_db()
        ring(tell_who_asked)
    context = _shown(subscriber, done, moment)
    return private(request, "alerts/manage.html", context, status=422 if done.refused else 200)


def _do(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    for button, does in BUTTONS.items():
        if button in pressed:
            return does(subscriber, pressed, moment)
    return Done()


def _stop(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    running = subscriber.subscriptions.filter(ended_at__isnull=True)
    if pressed["stop"] != "all":
        running = running.filter(pk=row_number(pressed.get("stop", "")))
    ending = list(running.values_list("pk", flat=True))
    count = actions.stop(ending, because=EndedBecause.MANAGE, moment=moment)
    if not count:
        return Done()
    words = ngettext(
        "One alert has ended. No more letters come for it.",
        "%(count)s alerts have ended. No more letters come for them.",
        count,
    )
    return Done(words % {"count": count}, ended=ending)


def _resume(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    wanted = [row_number(typed) for typed in pressed.getlist("again")]
    mine = subscriber.subscriptions.filter(pk__in=wanted).values_list("pk", flat=True)
    begun = actions.resume(list(mine), moment=moment)
    return Done(_("They go on, as if they had not been stopped.") if begun else "")


def _change_rhythm(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    form = RhythmForm(pressed)
    if not form.is_valid():
        return Done(refused={"rhythm": form})
    actions.change(subscriber, moment=moment, language=form.chosen_language, **form.rhythm)
    return Done(_("Saved. The next letter comes that way."))


def _pause(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    form = PauseForm(pressed)
    if not form.is_valid():
        return Done(refused={"pause": form})
    actions.pause_until(subscriber, form.cleaned_data["until"], moment=moment)
    return Done(_("Paused. What comes up meanwhile waits for you in one letter."))


def _go_on(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    actions.pause_until(subscriber, None, moment=moment)
    return Done(_("The pause is over. What waited is on its way."))


def _change_kinds(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    wish = (
        subscriber.subscriptions.in_force().filter(pk=row_number(pressed.get("kinds", ""))).first()
    )
    if wish is None:
        return Done()
    form = KindsForm(pressed, prefix=f"alert-{wish.pk}")
    if not form.is_valid():
        return Done(refused={form.prefix or "": form})
    actions.change_kinds(wish, form.chosen)
    return Done(_("Saved."))


def _ask_why(subscriber: Subscriber, pressed: QueryDict, moment: datetime) -> Done:
    form = WhyForm(pressed)
    if not form.is_valid():
        return Done(refused={"why": form})
    answer = looking.why_not(subscriber, form.purchase, moment=moment)
    return Done(about=form.purchase, answer=answer)


# Which button of the page does what.
BUTTONS: dict[str, Callable[[Subscriber, QueryDict, datetime], Done]] = {
    "stop": _stop,
    "again": _resume,
    "rhythm": _change_rhythm,
    "pause": _pause,
    "go-on": _go_on,
    "kinds": _change_kinds,
    "why": _ask_why,
}


def _shown(subscriber: Subscriber, done: Done, moment: datetime) -> dict[str, Any]:
    running = list(subscriber.subscriptions.in_force().order_by("pk"))
    return {
        "subscriber": subscriber,
        "done": done,
        "is_closed": is_suppressed(subscriber.email),
        "is_paused": bool(subscriber.paused_until and subscriber.paused_until > moment),
        "running": [_with_form(wish, done) for wish in running],
        "rhythm": done.refused.get("rhythm") or RhythmForm.of(subscriber),
        "pause": done.refused.get("pause") or PauseForm(),
        "why": done.refused.get("why") or WhyForm(),
        "letters": looking.letters_to(subscriber),
    }


def _with_form(wish: Subscription, done: Done) -> Subscription:
    """Let the page draw a wish with the boxes of what is told."""
    prefix = f"alert-{wish.pk}"
    usual = KindsForm(initial={"kinds": list(wish.kinds)}, prefix=prefix)
    wish.kinds_form = done.refused.get(prefix) or usual  # type: ignore[attr-defined]  # for the template
    return wish
