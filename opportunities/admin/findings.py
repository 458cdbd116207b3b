"""What keeps a purchase from being public, or deserves a look, each with a way to its box in the form."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opportunities.models import Opportunity
from opportunities.publishing import Finding


def form_of(opportunity: Opportunity) -> str:
    """Return the address of the form of a purchase."""
    return reverse("admin:opportunities_opportunity_change", args=[opportunity.pk])


def linked(findings: Iterable[Finding], *, form: str = "") -> list[SafeString]:
    """Return each finding with the name of its field as a link to its box; ``form`` is the form's address."""
    return [_linked(finding, form) for finding in findings]


def _linked(finding: Finding, form: str) -> SafeString:
    try:
        field: Any = Opportunity._meta.get_field(finding.field)
    except FieldDoesNotExist:
        return format_html("{}", finding.message)
    # A moment is typed into two boxes, the day first.
    box = f"{field.name}_0" if isinstance(field, DateTimeField) else field.name
    name = str(field.verbose_name)
    return format_html(
        '<a href="{}#id_{}">{}</a>: {}', form, box, name[:1].upper() + name[1:], finding.message
    )
