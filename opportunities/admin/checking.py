"""What of a form would keep the purchase from being public, or deserves a look: said at each box while one types.

Nothing is saved. Without script the button “Check” shows the same form again with the same words.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.models import User
from core.desk import Desk
from opportunities import actions
from opportunities.admin.pages import changeable
from opportunities.admin.steps import PUBLISH
from opportunities.choices import Stage
from opportunities.models import Opportunity
from opportunities.publishing import Finding

CHECK = "_check"
# Without these no rule can be asked.
NEEDED = {"agency", "method", "industry"}


@dataclass(frozen=True)
class Looked:
    """What was found: ``stops`` keep it from being public, ``looks`` deserve a second look."""

    stops: list[Finding]
    looks: list[Finding]

    @property
    def by_field(self) -> dict[str, list[tuple[str, str]]]:
        """Return what is to be said at each box: “stop” or “look”, and the words."""
        said: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for kind, findings in (("stop", self.stops), ("look", self.looks)):
            for finding in findings:
                said[finding.field].append((kind, finding.message))
        return said


def leave_room(form: forms.ModelForm) -> None:  # type: ignore[type-arg]  # generic in its stubs alone
    """Give each box a place for what is found. It belongs to the help of the box, so that it is read out with it."""
    for name, field in form.fields.items():
        if not field.widget.is_hidden:
            place = '{} <span class="desk-found" id="found_{}"></span>'
            field.help_text = format_html(place, field.help_text, name)


def look_over(form: forms.ModelForm, *, by: User | None, moment: datetime) -> Looked:  # type: ignore[type-arg]  # generic in its stubs alone
    """Ask every rule about the form as it is typed. A rule that the form itself asked is not asked twice."""
    wrong = [Finding(name, str(message)) for name, said in form.errors.items() for message in said]
    purchase: Opportunity = form.instance
    if NEEDED & form.errors.keys():
        return Looked(wrong, [])
    publisher = by if by and by.has_perm(PUBLISH) else None
    stops = (
        actions.blockers_of(purchase, moment=moment, by=publisher)
        if purchase.stage == Stage.DRAFT
        else []
    )
    return Looked([*wrong, *stops], actions.warnings_of(purchase, moment=moment))


def show_in_form(form: forms.ModelForm, *, moment: datetime) -> None:  # type: ignore[type-arg]  # generic in its stubs alone
    """Add all that is found to the form's own errors, so that it is shown again and not saved."""
    found = look_over(form, by=None, moment=moment)
    for finding in [*found.stops, *found.looks]:
        place = finding.field if finding.field in form.fields else None
        if finding.message not in form.errors.get(finding.field, []):
            form.add_error(place, finding.message)
    form.add_error(None, gettext("This was a check. Nothing is saved yet."))


def urls(desk: Desk) -> list[Any]:
    """Return the addresses to which the form sends what is typed."""
    page = desk.admin_site.admin_view(require_POST(lambda *a, **k: check(desk, *a, **k)))
    return [
        path("check/", page, name="opportunities_opportunity_check_new"),
        path("<path:object_id>/check/", page, name="opportunities_opportunity_check"),
    ]


def check(desk: Desk, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
    """Answer with what is found, to be put beside each box."""
    opportunity = changeable(desk, request, object_id) if object_id else None
    if not (opportunity or desk.has_add_permission(request)):
        raise PermissionDenied
    form_class = desk.get_form(request, opportunity, change=opportunity is not None)
    typed = request.POST.copy()
    typed.pop(CHECK, None)  # which asks the form to show all this by itself
    form: Any = form_class(typed, instance=opportunity)
    person: Any = request.user
    found = look_over(form, by=person, moment=timezone.now())
    said = found.by_field
    boxes = [name for name, field in form.fields.items() if not field.widget.is_hidden]
    context = {
        "found": found,
        "boxes": [(name, said.get(name, [])) for name in boxes],
        "elsewhere": [words for name in said.keys() - set(boxes) for words in said[name]],
    }
    return TemplateResponse(request, "admin/opportunities/opportunity/_checked.html", context)
