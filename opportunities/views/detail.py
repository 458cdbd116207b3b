"""One opportunity, and its documents."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.http import public_page
from core.text import one_line
from opportunities import slippage, words
from opportunities.choices import DocumentType, Phase
from opportunities.models import OfficialLink, Opportunity, OpportunityDocument
from opportunities.revisions import told
from opportunities.search import Search
from opportunities.search.terms import QUOTES
from opportunities.search.value import LONGEST_TEXT
from opportunities.versions import answers_conditionally
from opportunities.views.gone import Withdrawn, gone, missing

# Facts that stand with what to do about them, while there is something to do.
WITH_WHAT_TO_DO = ("licences", "insurance", "commodity", "epin", "rfx", "passport", "contact")

logger = logging.getLogger(__name__)


@require_safe
@public_page
def opportunity_detail(request: HttpRequest, reference: str) -> HttpResponse:
    try:
        return _page(request, reference)
    except Withdrawn:
        return gone(request)


@answers_conditionally(by_minute=True)
def _page(request: HttpRequest, reference: str) -> HttpResponse:
    everything = Opportunity.objects.public().select_related(
        "agency", "main_commodity", "renewal_of"
    )
    opportunity = everything.filter(reference=reference).first() or missing(reference)
    context = page_about(opportunity, timezone.now())
    return render(request, "opportunities/detail.html", context)


def page_about(opportunity: Opportunity, moment: datetime) -> dict[str, Any]:
    """Return what ``opportunities/detail.html`` shows of a public purchase at ``moment``; the desk previews by it."""
    history = list(opportunity.revisions.order_by("number"))
    facts = history[-1].snapshot
    phase = opportunity.phase_at(moment)
    is_ahead = phase in {Phase.OPEN, Phase.UPCOMING}
    glance = words.at_a_glance(facts)
    return {
        "moment": moment,
        "opportunity": opportunity,
        "phase": phase,
        "is_ahead": is_ahead,
        "description": _description(opportunity),
        "follow": like_it(opportunity.title).query_string(),
        "glance": _still_of_use(glance, is_ahead=is_ahead),
        "facts": _others(words.all_facts(facts), glance, is_ahead=is_ahead),
        "outcome": words.outcome(facts),
        "expected_moved": slippage.expected_moved(history),
        "deadline_moved": slippage.deadline_moved(history),
        "is_late": slippage.has_passed(opportunity.expected, timezone.localdate(moment)),
        "needs_confirming": opportunity.needs_confirming_at(moment),
        "documents": _documents(opportunity, facts),
        "earlier": opportunity.round_before,
        "next_round": _next_round(opportunity),
        "history": [*reversed(told(history))],
        "links": OfficialLink.objects.by_key(),
    }


def _next_round(opportunity: Opportunity) -> Opportunity | None:
    """Return the latest public renewal. Sorted here: a database that is asked to may walk all that is public
    in that order instead of looking up the one or two (128 ms among 100,000 on SQLite)."""
    rounds = opportunity.renewals.public()
    return max(rounds, key=lambda each: each.published_sequence, default=None)


def _others(
    facts: list[words.Fact], glance: list[words.Fact], *, is_ahead: bool
) -> list[words.Fact]:
    """Return what is said nowhere else on the page."""
    said = {*(fact.key for fact in glance), *(WITH_WHAT_TO_DO if is_ahead else ())}
    return _still_of_use([fact for fact in facts if fact.key not in said], is_ahead=is_ahead)


def _still_of_use(facts: list[words.Fact], *, is_ahead: bool) -> list[words.Fact]:
    """Leave out the unknown once nobody can respond any more: it will not be announced."""
    return [fact for fact in facts if fact.is_known or is_ahead]


def like_it(title: str) -> Search:
    """Return the search for what is called so, as a phrase: it finds this purchase and its next rounds."""
    kept = ""
    title = title.translate(QUOTES).replace('"', " ")
    for word in title.split():
        if len(kept) + len(word) + 3 > LONGEST_TEXT:  # a cut word would find nothing
            break
        kept = f"{kept} {word}".strip()
    query = QueryDict(mutable=True)
    query["q"] = f'"{kept}"' if kept else title
    return Search.from_query(query)


def _description(opportunity: Opportunity) -> str:
    """Say in a line what the page is about, for whoever meets only the link to it."""
    if opportunity.summary:
        return Truncator(one_line(opportunity.summary)).chars(200)
    return _("%(title)s: a purchase of the %(agency)s of New York City.") % {
        "title": opportunity.title,
        "agency": opportunity.agency,
    }


def _documents(opportunity: Opportunity, facts: words.Snapshot) -> list[OpportunityDocument]:
    """Read the documents from the log, so that the page lists what is public and asks for nothing more."""
    listed = facts.get("documents") or []
    return [OpportunityDocument(opportunity=opportunity, **document) for document in listed]


@require_safe
@public_page
def document(request: HttpRequest, reference: str, key: UUID, name: str) -> HttpResponseBase:
    """Hand out a file of a public purchase, to be kept and never shown by the browser itself."""
    of_purchase = OpportunityDocument.objects.public().filter(opportunity__reference=reference)
    found = of_purchase.filter(key=key, name=name).first()
    try:
        if found is None:
            missing(reference)
        return _handed_out(request, found)
    except Withdrawn:
        return gone(request)


def _handed_out(request: HttpRequest, found: OpportunityDocument) -> HttpResponseBase:
    etag = quote_etag(found.sha256)
    answer = get_conditional_response(request, etag=etag) or _file(found)
    answer.headers["ETag"] = etag
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _file(found: OpportunityDocument) -> FileResponse:
    if not found.file.storage.exists(found.file.name or ""):
        logger.error("document not in the storage", extra={"document": found.pk})
        raise Http404
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=DocumentType(found.type).media_type,
    )
