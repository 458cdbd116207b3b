"""The desk's own pages of a purchase: one for each step, and those of its documents. Asked by GET, done by POST."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.desk import Desk, staff
from core.rehearsal import rehearsal
from opportunities import attaching
from opportunities.admin.changing import EDIT, REVIEW, typed
from opportunities.admin.exporting import export_list
from opportunities.admin.findings import form_of
from opportunities.admin.looking import counted, outlook, whole
from opportunities.admin.steps import STEPS, Step
from opportunities.choices import DocumentType
from opportunities.documents import ENDINGS
from opportunities.models import Opportunity, OpportunityDocument
from opportunities.publishing import Refused

ASKED_AND_DONE = require_http_methods(["GET", "HEAD", "POST"])


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("file"),
        allow_empty_file=True,  # our own refusal says what to do
        help_text=gettext_lazy(
            "PDF, Word (.docx), Excel (.xlsx), PNG or JPEG, 10 MB at most. Its name is shown to vendors."
        ),
        widget=forms.FileInput(
            attrs={"accept": ",".join([*ENDINGS, *(kind.media_type for kind in DocumentType)])}
        ),
    )


def documents_of(opportunity: Opportunity) -> QuerySet[OpportunityDocument]:
    return opportunity.documents.listed().order_by("added_at", "pk")


def urls(desk: Desk) -> list[Any]:
    """Return the addresses of these pages below that of the list of purchases."""

    def page(view: Any) -> Any:
        return desk.admin_site.admin_view(ASKED_AND_DONE(lambda *a, **k: view(desk, *a, **k)))

    purchase = "<path:object_id>"
    to_export = desk.admin_site.admin_view(require_POST(lambda r: export_list(desk, r)))
    return [
        path("export/", to_export, name="opportunities_opportunity_export"),
        path(f"{purchase}/step/<slug:name>/", page(step), name="opportunities_opportunity_step"),
        path(f"{purchase}/documents/add/", page(attach), name="opportunities_opportunity_attach"),
        path(
            f"{purchase}/documents/<int:document_id>/remove/",
            page(remove),
            name="opportunities_opportunity_remove",
        ),
    ]


def step(desk: Desk, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    """Say what a step does, and do it when its button is pressed."""
    opportunity, asked = found(desk, request, object_id), STEPS.get(name)
    if asked is None:
        raise Http404
    if not (desk.has_view_permission(request, opportunity) and asked.may(request.user)):
        raise PermissionDenied
    form = asked.bound(opportunity, request.POST if request.method == "POST" else None)
    if form.is_bound and EDIT not in request.POST and form.is_valid():
        press = _look if REVIEW in request.POST else _done
        if answer := press(desk, request, opportunity, asked, form):
            return answer
    context = {"title": asked.title, "explanation": asked.explanation, "button": asked.button}
    return _page(desk, request, opportunity, {**context, "form": form, "tells": asked.tells})


def _look(
    desk: Desk, request: HttpRequest, opportunity: Opportunity, asked: Step, form: forms.Form
) -> HttpResponse | None:
    """Show what will come of the step; ``None`` where it would be refused, with each reason at its field."""
    moment = timezone.now()
    try:
        with rehearsal():
            if asked.does(opportunity, form.cleaned_data, staff(request), moment) is None:
                return _nothing_changed(opportunity, request)
            looked = outlook(whole(opportunity.pk), moment=moment)
    except Refused as refusal:
        _refuse(form, refusal, asked.field)
        return None
    context = {
        "title": asked.title,
        "button": asked.button,
        "form": form,
        "outlook": counted(looked),
        "typed": typed(request),
    }
    template = "admin/opportunities/opportunity/step_review.html"
    return _page(desk, request, opportunity, context, template)


def _done(
    desk: Desk, request: HttpRequest, opportunity: Opportunity, asked: Step, form: forms.Form
) -> HttpResponse | None:
    """Take the step and say so; ``None`` where it was refused, with each reason at its field."""
    given, title = form.cleaned_data, str(asked.title)
    reason = next((given[name] for name in asked.reasons if given.get(name)), "")
    desk.remember(request, opportunity)
    try:
        with transaction.atomic():
            result = asked.does(opportunity, given, staff(request), timezone.now())
            if result is not None and not (
                result == opportunity and desk.is_as_remembered(request, opportunity)
            ):
                desk.log_change(request, opportunity, title, reason=reason)
    except Refused as refusal:
        _refuse(form, refusal, asked.field)
        desk.log_refusal(request, opportunity, title, reason=str(refusal))
        return None
    if result is None:
        return _nothing_changed(opportunity, request)
    messages.success(request, str(asked.done))
    return _to(result if isinstance(result, Opportunity) else opportunity)


def _nothing_changed(opportunity: Opportunity, request: HttpRequest) -> HttpResponse:
    messages.info(request, _("It was so already. Nothing changed."))
    return _to(opportunity)


def attach(desk: Desk, request: HttpRequest, object_id: str) -> HttpResponse:
    """Take a file; where it is refused, say why and ask again."""
    opportunity = changeable(desk, request, object_id)
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if form.is_valid():
        file, moment = form.cleaned_data["file"], timezone.now()
        try:
            with transaction.atomic():
                _hold(desk, request, opportunity)
                document = attaching.attach(opportunity, file, by=staff(request), moment=moment)
                desk.log_change(request, opportunity, f"+ {document.name}")
        except Refused as refusal:
            _refuse(form, refusal, "file")
        else:
            messages.success(request, _("“%s” is attached.") % document.name)
            return _to(opportunity)
    explanation = _(
        "Of a public purchase it is public at once, and whoever was told of it is told."
    )
    context = {"title": _("Add a document"), "explanation": explanation, "button": _("Add")}
    return _page(desk, request, opportunity, {**context, "form": form})


def remove(desk: Desk, request: HttpRequest, object_id: str, document_id: int) -> HttpResponse:
    """Ask whether the file may go, and end its being public when the button is pressed."""
    opportunity = changeable(desk, request, object_id)
    document = get_object_or_404(opportunity.documents, pk=document_id)
    if request.method == "POST":
        with transaction.atomic():
            _hold(desk, request, opportunity)
            attaching.remove(document, by=staff(request), moment=timezone.now())
            desk.log_change(request, opportunity, f"- {document.name}")
        messages.success(request, _("“%s” is removed.") % document.name)
        return _to(opportunity)
    explanation = _(
        "Its address ends with this. That it was there stays readable under “What changed”."
    )
    context = {
        "title": _("Remove “%s”") % document.name,
        "explanation": explanation,
        "button": _("Remove"),
    }
    return _page(desk, request, opportunity, {**context, "form": forms.Form()})


def found(desk: Desk, request: HttpRequest, object_id: str) -> Opportunity:
    """Return the purchase without a lock: the actions take their own."""
    rows: QuerySet[Opportunity] = desk.get_queryset(request)
    try:
        return get_object_or_404(rows, pk=object_id)
    except ValueError:
        raise Http404 from None


def changeable(desk: Desk, request: HttpRequest, object_id: str) -> Opportunity:
    opportunity = found(desk, request, object_id)
    if not desk.has_change_permission(request, opportunity):
        raise PermissionDenied
    return opportunity


def _hold(desk: Desk, request: HttpRequest, opportunity: Opportunity) -> None:
    """Lock the row and ask once more: a draft may be public by now, and to change that takes another permission."""
    stored = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    if not desk.has_change_permission(request, stored):
        raise PermissionDenied


def _refuse(form: forms.Form, refusal: Refused, field: str) -> None:
    for blocker in refusal.blockers:
        place = blocker.field if blocker.field in form.fields else field
        form.add_error(place or None, blocker.message)


def _page(
    desk: Desk,
    request: HttpRequest,
    opportunity: Opportunity,
    context: dict[str, Any],
    template: str = "admin/opportunities/opportunity/step.html",
) -> HttpResponse:
    frame = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "original": opportunity,
        "back": form_of(opportunity),
        "media": desk.media + context["form"].media,  # the calendar beside a box needs both
    }
    return TemplateResponse(request, template, {**frame, **context})


def _to(opportunity: Opportunity) -> HttpResponse:
    return redirect(form_of(opportunity))
