"""What is asked: each page, each order, each kind of search."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from opportunities.models import Opportunity
from opportunities.search.lanes import ORDERS, Place

LIST = "/opportunities/"


@dataclass(frozen=True)
class Question:
    """One address; ``path`` is made from what the database holds. ``growth`` is the most that it may cost
    at the largest size, in times of what it costs at the smallest; ``None``: no bar."""

    name: str
    path: Callable[[], str]
    growth: float | None = 1.3

    @property
    def is_list(self) -> bool:
        return self.path().partition("?")[0] == LIST


def questions() -> list[Question]:
    return [*_pages(), *_orders(), *_searches(), *_taken_along()]


def _pages() -> list[Question]:
    return [
        _at("home", "/"),
        _at("list", LIST),
        _at("list: goods", f"{LIST}?industry=goods"),
        _at("list: two facets", f"{LIST}?industry=goods&method=sealed-bid&value=to-100k"),
        _at("list: awarded", f"{LIST}?phase=awarded"),
        _at("list: archived", f"{LIST}?phase=archived"),
        _at("list: cancelled, construction", f"{LIST}?phase=cancelled&industry=construction"),
        _at("list: brand named", f"{LIST}?brand=named"),
        _at("list: sector 11, decided", f"{LIST}?naics=11&phase=archived"),
        _at("list: NAICS group", f"{LIST}?naics=5615"),
        _at("list: quarter", f"{LIST}?quarter=2027-3"),
        _at("list: due in 14 days", f"{LIST}?due=14"),
        _at("list: new in 7 days", f"{LIST}?posted=7"),
        _at("list: changed in 30 days", f"{LIST}?changed=30"),
        Question("detail: live", lambda: _detail(Opportunity.objects.live())),
        Question("detail: decided", lambda: _detail(Opportunity.objects.decided())),
    ]


def _orders() -> list[Question]:
    sorts = list(ORDERS)
    return [
        *[_at(f"sort: {sort.value}", f"{LIST}?sort={sort.value}") for sort in sorts],
        _at("sort: title, goods", f"{LIST}?sort=title&industry=goods"),
        _at(
            "sort: title, construction, awarded",
            f"{LIST}?sort=title&industry=construction&phase=awarded",
        ),
        _at("sort: newest, construction", f"{LIST}?sort=newest&industry=construction"),
        *[Question(f"deep: {sort.value}", lambda sort=sort: _deep(sort)) for sort in sorts],  # type: ignore[misc]  # the default binds it
        Question("deep: due, backwards", lambda: _deep(sorts[0], "before")),
        Question("deep: due, goods", lambda: _deep(sorts[0]) + "&industry=goods"),
    ]


def _searches() -> list[Question]:
    texts = {
        "everywhere": "services", "common": "network", "now and then": "masonry", "rarer": "diagnostic",
        "rare": "vocefe", "two common": "network security", "common or common": "network or security",
        "phrase": '"network security"', "common, not common": "network -security",
        "only not": "-services", "beginning": "net*", "common and rare": "services vocefe",
    }  # fmt: skip
    return [
        *[_search(f"search: {name}", f"q={_quoted(text)}") for name, text in texts.items()],
        _search("search: common, goods", "q=network&industry=goods"),
        _search("search: common, archived", "q=network&phase=archived"),
        _search("search: common, by date", "q=network&sort=due"),
        _search("search: common, by title", "q=network&sort=title"),
        _search("search: common, page 20", "q=network&after=475"),
        _search("search: nothing, misspelt", "q=netwrok"),
        _search("search: nothing", "q=qqqqzzzz"),
        Question("search: part of an EPIN", lambda: f"{LIST}?q={_epin()[-5:]}"),
        Question("search: EPIN", lambda: f"{LIST}?q={_epin()}"),
    ]


def _taken_along() -> list[Question]:
    names = ("atom", "json_feed", "calendar", "csv", "xlsx")
    # Of what is open: a table of everything grows with everything, as it must.
    feeds = {name: f"{_route(f'opportunities:{name}')}?phase=open" for name in names}
    others = {
        "API: opportunities": "/api/v1/opportunities",
        "API: changes": "/api/v1/changes",
    }
    return [
        *[_at(name, path) for name, path in feeds.items() if not path.startswith("?")],
        *[_at(name, path) for name, path in others.items()],
        # It names a part for each thousand purchases, and so grows as it must.
        Question("sitemap: index", lambda: "/sitemap.xml", growth=None),
        Question("sitemap: one part", lambda: reverse("sitemap_part", args=["0"])),
    ]


def _at(name: str, path: str) -> Question:
    return Question(name, lambda: path)


def _search(name: str, query: str, growth: float = 3) -> Question:
    return Question(name, lambda: f"{LIST}?{query}", growth)


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace(" ", "+")


def _route(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _detail(rows: "QuerySet[Opportunity, Any]") -> str:
    row: Opportunity = rows.order_by("pk")[rows.count() // 2]
    return row.get_absolute_url()


def _deep(sort: Any, to: str = "after") -> str:
    """Return the address of a page far down the list."""
    lane = ORDERS[sort][-1]
    decided = Opportunity.objects.decided().order_by("pk")
    row = decided[decided.count() // 2]
    place = str(Place.of(row, lane)).replace("+", "%2B").replace(" ", "+")
    return f"{LIST}?sort={sort.value}&{to}={place}"


def _epin() -> str:
    return (
        Opportunity.objects.decided().order_by("pk").values_list("solicitation_epin", flat=True)[7]
    )
