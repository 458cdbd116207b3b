"""The first page: what is open, what is coming, what was decided; a box to search and one to be told."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.choices import Phase
from opportunities.listed import listed
from opportunities.quarters import by_quarter
from opportunities.remembering import key_of, remembered
from opportunities.search import Search, Thesaurus
from opportunities.search.counts import count
from opportunities.versions import Version, answers_conditionally, version_of

ON_HOME = 5
OPEN = Search(phases=(Phase.OPEN,))
UPCOMING = Search(phases=(Phase.UPCOMING,))
DECIDED = Search(phases=(Phase.AWARDED, Phase.CANCELLED))


@require_safe
@public_page
@answers_conditionally(by_minute=True)
def home(request: HttpRequest) -> HttpResponse:
    moment = timezone.now()
    version = version_of(request, moment)
    key = key_of("home", Search(), version=version, moment=moment)
    context = {
        "open": _first(OPEN, moment, version),
        "upcoming": _first(UPCOMING, moment, version),
        "decided": _first(DECIDED, moment, version),
        **remembered(key, lambda: _counted(moment)),
    }
    return render(request, "opportunities/home.html", context)


def _first(search: Search, moment: datetime, version: Version) -> list[SafeString]:
    """Return the first few rows that are found, drawn."""
    page = listed(search, moment=moment, version=version, size=ON_HOME)
    return [row for _heading, some in page.drawn(moment=moment, version=version) for row in some]


def _counted(moment: datetime) -> dict[str, Any]:
    """Return what changes with the version alone: how many there are, and the chart. Three queries."""
    counts = count(Search(), moment=moment, thesaurus=Thesaurus())
    found = {choice.value: choice.count for choice in counts.phases}
    chart = get_template("opportunities/_chart.html").render({"bars": by_quarter(moment)})
    return {
        "open_count": found[Phase.OPEN],
        "upcoming_count": found[Phase.UPCOMING],
        "decided_count": found[Phase.AWARDED] + found[Phase.CANCELLED],
        "chart": chart,
    }
