"""JSON Feed 1.1 (jsonfeed.org)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language

from opportunities.feeds.addresses import on_site
from opportunities.feeds.conditional import taken_along
from opportunities.feeds.entries import Entry, Feed
from opportunities.feeds.found import Asked


@taken_along
def json_feed(request: HttpRequest) -> JsonResponse:
    """The newest changes of what a search finds."""
    feed = Feed.of(Asked.by(request))
    written = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": feed.home,
        "feed_url": feed.address("json_feed"),
        "language": get_language(),
        "authors": [{"name": settings.SITE_NAME, "url": on_site("/")}],
        "items": [_item(entry) for entry in feed.entries],
    }
    return JsonResponse(
        written,
        content_type="application/feed+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )


def _item(entry: Entry) -> dict[str, Any]:
    published_at = entry.told.row.published_at
    return {
        "id": entry.name,
        "url": entry.address,
        "title": entry.title,
        "summary": entry.as_text(),
        "content_html": entry.as_html(),
        "date_published": published_at.isoformat() if published_at else None,
        "date_modified": entry.told.changed_at.isoformat(),
        "tags": [str(choice.label) for _scheme, choice in entry.categories],
    }
