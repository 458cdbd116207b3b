"""The first page: what is open, what is coming, one box to search and one to be told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.choices import Phase
from opportunities.search import Search, Thesaurus
from opportunities.search.counts import count
from opportunities.search.lanes import page_of
from opportunities.versions import answers_conditionally

ON_HOME = 5


@require_safe
@public_page
@answers_conditionally(by_minute=True)
def home(request: HttpRequest) -> HttpResponse:
    moment, like = timezone.now(), Thesaurus()
    upcoming = Search(phases=(Phase.UPCOMING,))
    return render(
        request,
        "opportunities/home.html",
        {
            "moment": moment,
            "open": page_of(
                Search(phases=(Phase.OPEN,)), moment=moment, thesaurus=like, size=ON_HOME
            ).rows,
            "upcoming": page_of(upcoming, moment=moment, thesaurus=like, size=ON_HOME).rows,
            "upcoming_count": count(upcoming, moment=moment, thesaurus=like).total,
        },
    )
