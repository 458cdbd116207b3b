"""What a letter of news says: rendered once for all its readers, with gaps for their links and searches."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from alerts import links, news
from alerts.models import Subscriber
from alerts.promises import SAID
from letters.actions import sending_domain
from letters.rendering import Words, write
from letters.splicing import Form, gap

NEWS_KIND = "alerts.news"
FORMS: dict[tuple[Any, ...], Form] = {}
FORMS_AT_MOST = 100
STOPPED_BY_NUMBER = 20  # a line of a header holds 998 characters (RFC 5322 section 2.1.1)


def words_of(
    subscriber: Subscriber, found: news.News, *, slot: str
) -> tuple[Words, dict[str, str]]:
    """Return the words of a letter of news, and the headers by which a mail program stops it."""
    told_of = sorted({match.subscription_id for match in found.said})
    stop = (
        links.stop_url(told_of)
        if len(told_of) <= STOPPED_BY_NUMBER
        else links.stop_letter_url(subscriber, slot)
    )
    shown = found.items[: news.SHOWN_AT_MOST]
    more = links.told_url(subscriber, slot) if len(found.items) > len(shown) else ""
    values = [links.manage_url(subscriber), stop, more, *("; ".join(i.searches) for i in shown)]
    form = _form(subscriber.language, shown, len(found.items))
    return form.filled(values), list_headers(stop)


def _form(language: str, shown: list[news.Item], count: int) -> Form:
    """Return the letter about these items, rendered once for all its readers: with gaps for links and whys."""
    key = (settings.SITE_URL, language, count, *(item.without_reader for item in shown))
    form = FORMS.get(key)
    if form is None:
        if len(FORMS) >= FORMS_AT_MOST:
            FORMS.clear()
        context = {
            "items": [
                replace(item, searches=[gap(number)]) for number, item in enumerate(shown, start=3)
            ],
            "count": count,
            "more_count": count - len(shown),
            "manage_url": gap(0),
            "stop_url": gap(1),
            "more_url": gap(2),
            **SAID,
        }
        FORMS[key] = form = Form(write("alerts/news", context, language=language))
    return form


def list_headers(stop_url: str) -> dict[str, str]:
    """Return the headers by which mail programs offer to unsubscribe, and help (RFC 8058, RFC 2369, RFC 2919)."""
    return {
        "List-Help": f"<{links.help_url()}>",
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"Purchases of the NYC Law Department <alerts.{sending_domain()}>",
    }
