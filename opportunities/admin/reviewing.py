"""The publish screen: what will come of it, seen before the button is pressed. And the button that takes it back."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.desk import Desk, staff
from core.http import row_number
from opportunities import actions, telling
from opportunities.admin.findings import form_of, linked
from opportunities.admin.looking import Outlook, counted, letter_alone, outlook, public_page
from opportunities.admin.pages import found
from opportunities.admin.steps import PUBLISH as MAY_PUBLISH
from opportunities.choices import Stage
from opportunities.models import Opportunity, PlannedPublication
from opportunities.publishing import Finding, NotPublishable, Refused
from opportunities.revisions import fingerprint

PURCHASE = "<path:object_id>"


class DayForm(forms.Form):
    on_day = forms.DateField(
        label=gettext_lazy("Publish on"),
        widget=AdminDateWidget(),
        help_text=gettext_lazy(
            "From the first minute of that day, New York time. Nobody need be here."
        ),
    )


def urls(desk: Desk) -> list[Any]:
    """Return the addresses of these pages below that of the list of purchases."""

    def page(address: str, view: Any, methods: Any) -> Any:
        guarded = desk.admin_site.admin_view(methods(lambda *a, **k: view(desk, *a, **k)))
        name = view.__name__.strip("_")
        return path(f"{PURCHASE}/{address}", guarded, name=f"opportunities_opportunity_{name}")

    asked_and_done = require_http_methods(["GET", "HEAD", "POST"])
    return [
        page("publish/", publish, asked_and_done),
        page("publish/letter/", letter, require_safe),
        page("preview/", preview, require_safe),
        page("undo/", undo, require_POST),
    ]


def publish(desk: Desk, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what will come of it; publish, or choose a day, when a button is pressed."""
    opportunity = _draft_to_publish(desk, request, object_id)
    if opportunity.stage != Stage.DRAFT:
        return redirect(form_of(opportunity))
    form = DayForm(request.POST if "_plan" in request.POST else None)
    if request.method == "POST":
        done = _pressed(desk, request, opportunity, form)
        if done:
            return done
    return _screen(desk, request, opportunity, form)


def _screen(
    desk: Desk, request: HttpRequest, opportunity: Opportunity, form: DayForm
) -> HttpResponse:
    moment, address = timezone.now(), form_of(opportunity)
    blockers = actions.blockers_of(opportunity, moment=moment, by=staff(request))
    context = {
        "title": _("Publish"),
        "original": opportunity,
        "back": address,
        "media": desk.media + form.media,
        "form": form,
        "blockers": linked(blockers, form=address),
        "warnings": linked(actions.warnings_of(opportunity, moment=moment), form=address),
        "outlook": counted(_outlook(opportunity, moment)),
        "seen": fingerprint(opportunity),
        "planned": planned_for(opportunity),
    }
    return desk.page(request, "admin/opportunities/opportunity/publish.html", context)


def _outlook(opportunity: Opportunity, moment: datetime) -> Outlook:
    with actions.previewed(opportunity, moment=moment) as shown:
        return outlook(shown, moment=moment)


def planned_for(opportunity: Opportunity) -> dict[str, Any] | None:
    """Return the day on which a draft is to be public, and what speaks against it by now."""
    planned = (
        PlannedPublication.objects.select_related("by").filter(opportunity=opportunity).first()
    )
    if planned is None:
        return None
    reasons = [Finding(field, message) for field, message in planned.reasons]
    return {
        "on_day": planned.on_day,
        "by": planned.by,
        "refused_at": planned.refused_at,
        "reasons": linked(reasons, form=form_of(opportunity)),
        "has_changed": not planned.refused_at and actions.has_changed_since(planned),
    }


def _pressed(
    desk: Desk, request: HttpRequest, opportunity: Opportunity, form: DayForm
) -> HttpResponse | None:
    """Do what was asked; ``None`` where it was refused, and said why."""
    if "_unplan" in request.POST:
        return _unplan(desk, request, opportunity)
    if form.is_bound and not form.is_valid():
        return None
    desk.remember(request, opportunity)
    try:
        with transaction.atomic():
            _refuse_unseen(request, opportunity)
            if form.is_bound:
                return _plan(desk, request, opportunity, form)
            return _publish(desk, request, opportunity)
    except Refused as refusal:
        title = _("Publish on a day") if form.is_bound else _("Publish")
        desk.log_refusal(request, opportunity, title, reason=str(refusal))
        for finding in linked(refusal.blockers, form=form_of(opportunity)):
            messages.error(request, finding)
        messages.warning(request, _("Nothing was published."))
        return None


def _refuse_unseen(request: HttpRequest, opportunity: Opportunity) -> None:
    """What is published is what the person looked at: the row is locked, and compared."""
    stored = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    if stored.stage == Stage.DRAFT and request.POST.get("seen") != fingerprint(stored):
        words = _("It was changed while you looked at it. Look at it as it is now.")
        raise NotPublishable([Finding("title", words)])


def _publish(desk: Desk, request: HttpRequest, opportunity: Opportunity) -> HttpResponse:
    published = actions.publish(opportunity, by=staff(request), moment=timezone.now())
    if not desk.is_as_remembered(request, published):
        desk.log_change(request, published, _("Publish"))
    messages.success(
        request,
        format_html(
            _('“{}” is public now: <a href="{}">see the page</a>.'),
            published.title,
            published.get_absolute_url(),
        ),
    )
    return redirect(form_of(published))


def _plan(
    desk: Desk, request: HttpRequest, opportunity: Opportunity, form: DayForm
) -> HttpResponse:
    day = form.cleaned_data["on_day"]
    actions.plan(opportunity, day, by=staff(request), moment=timezone.now())
    said = _("It will be public from %s on.") % date_format(day, "DATE_FORMAT")
    desk.log_change(request, opportunity, f"{_('Publish on a day')}: {day}")
    messages.success(request, said)
    return redirect(form_of(opportunity))


def _unplan(desk: Desk, request: HttpRequest, opportunity: Opportunity) -> HttpResponse:
    if actions.unplan(opportunity):
        desk.log_change(request, opportunity, _("No day of publication any more"))
    messages.success(request, _("It stays a draft until somebody publishes it."))
    return redirect(form_of(opportunity))


def preview(desk: Desk, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show a draft as vendors would see it, to staff who may see the draft."""
    opportunity = _visible(desk, request, object_id)
    if opportunity.stage != Stage.DRAFT:
        return redirect(opportunity.get_absolute_url())
    return public_page(request, _outlook(opportunity, timezone.now()).page)


def letter(desk: Desk, request: HttpRequest, object_id: str) -> HttpResponseBase:
    """Show the letter that would tell of the draft, as a mail program does."""
    opportunity = _draft_to_publish(desk, request, object_id)
    if opportunity.stage != Stage.DRAFT:
        return redirect(form_of(opportunity))
    return letter_alone(request, _outlook(opportunity, timezone.now()).letter)


def undo(desk: Desk, request: HttpRequest, object_id: str) -> HttpResponse:
    """Take back the last public change, while nobody was told."""
    opportunity = _draft_to_publish(desk, request, object_id)
    desk.remember(request, opportunity)
    try:
        with transaction.atomic():
            number = row_number(request.POST.get("number", ""))
            goes_on = actions.undo(opportunity, number, by=staff(request), moment=timezone.now())
            stored = Opportunity.objects.get(pk=opportunity.pk)
            if not desk.is_as_remembered(request, stored):
                desk.log_change(request, stored, _("Undo"))
    except Refused as refusal:
        desk.log_refusal(request, opportunity, _("Undo"), reason=str(refusal))
        messages.error(request, str(refusal))
        return redirect(form_of(opportunity))
    messages.success(request, _("It is undone. Nobody was told of it."))
    return redirect(form_of(goes_on))


def undoable(opportunity: Opportunity, *, moment: datetime) -> dict[str, Any] | None:
    """Return what the box “Just published” says; ``None`` once people may be told."""
    revision = actions.undoable(opportunity, moment=moment)
    if revision is None:
        return None
    return {
        "revision": revision,
        "until": telling.held_until(revision),
        "reach": telling.reach(revision),
    }


def _visible(desk: Desk, request: HttpRequest, object_id: str) -> Opportunity:
    opportunity = found(desk, request, object_id)
    if not desk.has_view_permission(request, opportunity):
        raise PermissionDenied
    return opportunity


def _draft_to_publish(desk: Desk, request: HttpRequest, object_id: str) -> Opportunity:
    opportunity = _visible(desk, request, object_id)
    if not staff(request).has_perm(MAY_PUBLISH):
        raise PermissionDenied
    return opportunity
