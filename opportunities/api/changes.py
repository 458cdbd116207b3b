"""The log of public change, from any place on."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from core.api import Problem, operation, told
from opportunities.api import examples, schemas
from opportunities.api.asking import LogPaging, cursor_at, log_page, sequence_of, version
from opportunities.api.facts import change
from opportunities.models import Revision

router = Router(tags=["changes"])


@operation(
    router,
    "/changes",
    name="changes",
    summary=_("Follow every change"),
    description=_(
        "Every public change in the order in which it was made. Places in this log have no gaps, and none is ever "
        "put in between: who keeps the cursor and asks again neither misses a change nor gets one twice. "
        "All changes of a withdrawn purchase are told as withdrawn."
    ),
    answer=schemas.Changes,
    example=examples.CHANGES,
    refusals={400: Problem},
    etag=version,
)
def changes(request: HttpRequest, asked: Query[LogPaging]) -> HttpResponse:
    read = sequence_of(asked.cursor)
    log = Revision.objects.select_related("opportunity").order_by("sequence")
    rows = list(log.filter(sequence__gt=read)[: asked.limit + 1])
    shown = rows[: asked.limit]
    reached = shown[-1].sequence if shown else read
    return told(
        schemas.Changes(
            changes=[change(row) for row in shown],
            cursor=cursor_at(reached),
            has_more=len(rows) > len(shown),
            next=log_page("api:changes", asked.limit, reached),
        )
    )
