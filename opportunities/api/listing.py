"""Opportunities for programs: what a search finds, and one of them with its history."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from core.api import Problem, Refusal, operation, problem, told, told_problem
from opportunities import models
from opportunities.api import examples, schemas
from opportunities.api.asking import REFERENCE, ROWS, Wishes, cursor_to, pairs, place_of, version
from opportunities.api.facts import address, basics, opportunity, revision, tombstone
from opportunities.choices import Stage
from opportunities.search import Search, thesaurus_for
from opportunities.search.counts import count
from opportunities.search.lanes import page_of

router = Router(tags=["opportunities"])
NO_SUCH = "There is no such opportunity."


@operation(
    router,
    "/opportunities",
    name="opportunities",
    summary=_("Search opportunities"),
    description=_(
        "Finds what the search page finds, under the same names. Of several values of one parameter any will do. "
        "Parameters that are not listed are ignored."
    ),
    answer=schemas.Opportunities,
    example=examples.OPPORTUNITIES,
    refusals={400: Problem},
    etag=version,
)
def opportunities(request: HttpRequest, asked: Query[Wishes]) -> HttpResponse:
    search, moment = Search.from_query(request.GET), timezone.now()
    alike = thesaurus_for(search)
    place = place_of(asked.cursor, search)
    page = page_of(search, moment=moment, thesaurus=alike, size=asked.limit, **place)
    found = count(search, moment=moment, thesaurus=alike)
    answer = schemas.Opportunities(
        search=str(search),
        total=found.total,
        is_capped=found.is_capped,
        opportunities=_with_facts(page.rows, moment),
        links=schemas.PageLinks(
            self=_page(search, asked, asked.cursor),
            next=_page(search, asked, cursor_to(search, after=page.after)) if page.after else None,
            previous=_page(search, asked, cursor_to(search, before=page.before))
            if page.before
            else None,
        ),
    )
    return told(answer)


def _with_facts(rows: list[models.Opportunity], moment: datetime) -> list[schemas.Opportunity]:
    """Tell of each row what its last revision says. One query."""
    places = [row.changed_sequence for row in rows]
    snapshots = dict(
        models.Revision.objects.filter(sequence__in=places).values_list("sequence", "snapshot")
    )
    return [opportunity(row, snapshots[row.changed_sequence], moment=moment) for row in rows]


def _page(search: Search, asked: Wishes, cursor: str) -> str:
    limit = asked.limit if asked.limit != ROWS else None
    query = urlencode([*search.pairs(), *pairs(limit=limit, cursor=cursor)])
    return address("api:opportunities") + (f"?{query}" if query else "")


@operation(
    router,
    "/opportunities/{slug:reference}",
    name="opportunity",
    summary=_("Read one opportunity"),
    description=_(
        "What is public of it, every change since it was first shown, and the rounds before and after. "
        "One that was shown by mistake and withdrawn is answered with 410."
    ),
    answer=schemas.OpportunityWithHistory,
    example=examples.OPPORTUNITY,
    refusals={400: Problem, 404: Problem, 410: schemas.Gone},
    etag=version,
)
def opportunity_with_history(request: HttpRequest, reference: str = REFERENCE) -> HttpResponse:
    moment = timezone.now()
    row = _shown_once(reference)
    if row.stage == Stage.WITHDRAWN:
        return told_problem(_gone(row))
    history, earlier = list(row.revisions.order_by("number")), row.round_before
    answer = schemas.OpportunityWithHistory(
        **basics(row, history[-1].snapshot, moment=moment),
        revisions=[revision(each) for each in history],
        previous_round=_round(earlier, moment) if earlier else None,
        next_rounds=[
            _round(each, moment) for each in row.renewals.public().order_by("published_sequence")
        ],
    )
    return told(answer)


def _gone(row: models.Opportunity) -> schemas.Gone:
    said = problem(410, "This was shown by mistake and has been withdrawn.")
    return schemas.Gone(**said.model_dump(), **tombstone(row).model_dump())


def _shown_once(reference: str) -> models.Opportunity:
    """Return what is or was public under ``reference``. Raises ``Refusal`` for what never was."""
    rows = models.Opportunity.objects.exclude(stage=Stage.DRAFT).select_related("renewal_of")
    row = rows.filter(reference=reference).first()
    if row is None:
        raise Refusal(404, NO_SUCH)
    return row


def _round(row: models.Opportunity, moment: datetime) -> schemas.Round:
    return schemas.Round(
        reference=row.reference,
        title=row.title,
        phase=row.phase_at(moment),
        url=address("api:opportunity", row.reference),
    )
