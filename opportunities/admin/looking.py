"""What will come of a public change: the page, who is told, the letter. Asked in a rehearsal, shown afterwards."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from core.http import kept_by_nobody
from letters.rendering import Words
from opportunities import telling
from opportunities.models import Opportunity, Revision
from opportunities.telling import Reach
from opportunities.views.detail import page_about
from opportunities.words import Change, Fact, all_facts, changes_between

# A letter carries its styles in itself, as mail programs need it. Nothing may run in it or be loaded.
AS_IN_A_MAIL_PROGRAM = {"style-src": ["'unsafe-inline'"], "sandbox": [""]}


@dataclass(frozen=True)
class Outlook:
    """What the public reads and who is told once ``revision`` is in the log. ``reach`` is nobody until ``counted``."""

    revision: Revision
    page: dict[str, Any]
    facts: list[Fact]
    changes: list[Change]
    letter: Words | None
    reach: Reach = field(default_factory=Reach)


def whole(key: Any) -> Opportunity:
    """Return the purchase with all that its page names of other tables, which is read before a rehearsal ends."""
    rows = Opportunity.objects.select_related("agency", "main_commodity", "renewal_of")
    return rows.get(pk=key)


def outlook(opportunity: Opportunity, *, moment: datetime) -> Outlook:
    """Return what comes of the latest revision of ``opportunity``. It has to be in the log, if only in a rehearsal."""
    revision = opportunity.revisions.select_related("opportunity").latest("number")
    before = opportunity.revisions.filter(number=revision.number - 1).first()
    return Outlook(
        revision=revision,
        page=page_about(opportunity, moment),
        facts=all_facts(revision.snapshot),
        changes=changes_between(before.snapshot, revision.snapshot) if before else [],
        letter=telling.letter(revision, moment=moment),
    )


def counted(looked: Outlook) -> Outlook:
    """Return it with who is told.

    Asked when the rehearsal is over: counting takes as long as there are many people, and a rehearsal keeps everybody
    from publishing and from being told.
    """
    return replace(looked, reach=telling.reach(looked.revision))


def public_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """Return the public page itself, under a banner that says that it is none yet. Nobody may keep it."""
    answer = render(request, "opportunities/detail.html", {**page, "is_preview": True})
    add_never_cache_headers(answer)
    return kept_by_nobody(answer)


def letter_alone(request: HttpRequest, letter: Words | None) -> HttpResponseBase:
    """Return the letter's HTML as a mail program shows it."""

    @csp_replace(AS_IN_A_MAIL_PROGRAM)
    def alone(_request: HttpRequest) -> HttpResponse:
        html = letter.html if letter else ""
        return HttpResponse(html, headers={"Cache-Control": "private, no-store"})

    return alone(request)
