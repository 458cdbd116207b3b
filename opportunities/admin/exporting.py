"""The list of purchases at the desk as a spreadsheet: what its filters show, drafts and internal notes included."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.desk import Desk
from core.exporting import export
from core.sheets.writing import Cell
from core.text import lines
from opportunities.choices import Stage
from opportunities.feeds.found import Told
from opportunities.feeds.tables import COLUMNS, cells, header
from opportunities.models import Opportunity, Revision
from opportunities.revisions import PUBLIC_FIELDS, facts_as_json

RELATED = ("agency", "naics", "main_commodity")
NOT_IN_TABLES = {"documents"}  # they would cost a query for each row
AT_ONCE = 500


def export_list(desk: Desk, request: HttpRequest) -> HttpResponse:
    """Answer with the rows that the list shows under the filters in the address."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    try:
        found = desk.get_changelist_instance(request).get_queryset(request)
    except (IncorrectLookupParameters, OverflowError, ValueError):
        # As Django's list does with filters that it does not know: it shows that something is off.
        return redirect(f"{reverse('admin:opportunities_opportunity_changelist')}?e=1")
    asked = request.GET.urlencode() or _("all")
    columns = [_("Stage"), *header(), _("Internal notes")]
    widths = [14, *(column.width for column in COLUMNS), 60]
    of = _("purchases at the desk; filters: %s") % asked
    return export(request, "desk", columns, _rows(found, timezone.now()), of=of, widths=widths)


def _rows(found: QuerySet[Opportunity], moment: datetime) -> Iterator[list[Cell]]:
    for row in found.select_related(*RELATED).iterator(chunk_size=AT_ONCE):
        told = cells(_told(row), row.phase_at(moment))
        if row.stage != Stage.PUBLISHED:
            told[PHASE] = told[PAGE] = None
        yield [str(row.get_stage_display()), *told, lines(row.internal_notes)]


PHASE, PAGE = 2, len(COLUMNS) - 1


def _told(row: Opportunity) -> Told:
    """Return the purchase as it stands, in the shape in which the log tells it; nothing is stored."""
    facts = facts_as_json(row, [name for name in PUBLIC_FIELDS if name not in NOT_IN_TABLES])
    published = row.published_at.isoformat() if row.published_at else None
    facts |= {"agency": str(row.agency), "published_at": published}
    return Told(row, Revision(snapshot=facts, at=row.changed_at or row.created_at))
