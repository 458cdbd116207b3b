"""Every address of the portal, read from its URLconf, so that a new page is tested without being named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from alerts import links
from letters.backends import mail_folder
from opportunities.attaching import attach
from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode, Opportunity
from tests.factories import OpportunityFactory, PersonFactory, VendorFactory, subscribe
from vendors import actions as vendor_actions
from vendors.requirements import REQUIREMENTS

PART = re.compile(r"<(?:(\w+):)?(\w+)>")
SOME_UUID = "00000000-0000-4000-8000-000000000000"
NOT_PAGES = {
    "livez", "readyz", "robots", "favicon", "letters:letter_html", "sitemap", "sitemap_part", "opportunities:opensearch",
    "opportunities:document", "opportunities:atom", "opportunities:json_feed", "opportunities:calendar", "opportunities:event",
    "opportunities:csv", "opportunities:xlsx", "opportunities:new_since_count", "readiness:card", "readiness:rows", "readiness:dates", "alerts:would_have_sent",
}  # fmt: skip
# Pages of accounts that anybody may open.
ENTRANCES = {"account_login", "account_signup", "account_request_login_code", "account_reset_password", "account_inactive"}  # fmt: skip


DAY = timedelta(days=1)
# Routes whose one part is the reference of a purchase.
OF_A_PURCHASE = (
    "opportunities:detail",
    "opportunities:event",
    "readiness:readiness",
    "readiness:card",
    "api:opportunity",
    "api:ocdsRecord",
)


@dataclass(frozen=True)
class Address:
    """A named route; ``parts`` are the names of its variable parts with their converters."""

    name: str
    parts: dict[str, str] = field(hash=False)

    def path(self, **values: Any) -> str:
        return reverse(self.name, kwargs=values)


def public_addresses() -> list[Address]:
    """Return all routes but the desk's, and those of accounts and businesses that first ask who you are."""
    addresses = [*_walk(get_resolver(), "")]
    return [
        each
        for each in addresses
        if not each.name.startswith(("admin", "business:"))
        and (each.name in ENTRANCES or not is_of_accounts(each))
    ]


def account_addresses() -> list[Address]:
    """Return the routes of accounts that ask who you are, or what you did a moment ago."""
    addresses = [*_walk(get_resolver(), "")]
    return [each for each in addresses if is_of_accounts(each) and each.name not in ENTRANCES]


def is_of_accounts(address: Address) -> bool:
    return address.name.startswith(("account_", "accounts:", "mfa_", "usersessions_"))


def _walk(resolver: URLResolver, space: str, outer: str = "") -> Iterator[Address]:
    entries: list[Any] = resolver.url_patterns
    for entry in entries:
        pattern = outer + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, inner, pattern)
        elif isinstance(entry, URLPattern) and entry.name:
            parts = {name: kind for kind, name in PART.findall(pattern)}
            yield Address(f"{space}{entry.name}", parts)


def stocked() -> dict[str, dict[str, str]]:
    """Make one of everything that a page may show; return, for each route with parts, a good value of each.

    A new route with parts fails here until its value is named.
    """
    moment = timezone.now()
    opened = _purchases(moment)
    scope = SimpleUploadedFile("Scope.pdf", b"%PDF-1.7\n%%EOF\n")
    document = attach(opened, scope, by=None, moment=moment)
    letter = {"key": _letter_of_the_embedded_mode()}
    return {
        **{name: {"reference": opened.reference} for name in OF_A_PURCHASE},
        **_links_of_subscribers(),
        **_secret_addresses(moment),
        "opportunities:document": {
            "reference": opened.reference,
            "key": str(document.key),
            "name": document.name,
        },
        "sitemap_part": {"part": "pages"},
        "api:ocdsRelease": {"name": opened.reference},
        "api:ocdsExtension": {"part": "extension"},
        "vendors:requirement": {"key": REQUIREMENTS[0].key},
        "letters:letter": letter,
        "letters:letter_html": letter,
    }


def _purchases(moment: datetime) -> Opportunity:
    """Publish more than fits on a page, one of them closed; return one that is open and well known."""
    commodity = CommodityCode.objects.create(
        scheme=CodeScheme.NYC, code="A-1", title="Displays", source="a test"
    )
    opened = OpportunityFactory.create(
        title="Smartboards",
        summary="Two of them.",
        main_commodity=commodity,
        opens_at=moment - DAY,
        due_at=moment + 9 * DAY,
        contact_name="Purchasing",
        contact_email="purchasing@law.example",
        solicitation_epin="02527Y0001",
        classification_is_inferred=True,
        source="A page",
        source_url="https://law.example/",
        published=True,
    )
    OpportunityFactory.create_batch(26, published=True)
    OpportunityFactory.create(
        opens_at=moment - 9 * DAY, due_at=moment - DAY, published=True, at=moment - 10 * DAY
    )
    return opened


def _letter_of_the_embedded_mode() -> str:
    folder = mail_folder()
    folder.clear()
    return folder.add(b"Subject: Hello\r\nTo: reader@example.com\r\n\r\nWords.\r\n")


def _links_of_subscribers() -> dict[str, dict[str, str]]:
    running = subscribe("reader@example.com")
    urls = {
        "confirm": links.confirm_url(subscribe("other@example.com", confirmed=False).subscriber),
        "manage": links.manage_url(running.subscriber),
        "stop": links.stop_url([running.pk]),
        "told": links.told_url(running.subscriber, "news:1"),
    }
    return {
        f"alerts:{name}": {"token": url.rstrip("/").rpartition("/")[2]}
        for name, url in urls.items()
    }


def _secret_addresses(moment: datetime) -> dict[str, dict[str, str]]:
    business, by = VendorFactory.create(), PersonFactory.create()
    dates = vendor_actions.share_dates(business, by=by, moment=moment)
    advising = vendor_actions.share_with_adviser(business, label="", days=7, by=by, moment=moment)
    return {
        "readiness:dates": {"secret": dates.secret},
        "readiness:advising": {"secret": advising.secret},
    }


def all_paths(values: dict[str, dict[str, str]]) -> list[str]:
    """Return one path for each public route."""
    return [address.path(**values.get(address.name, {})) for address in public_addresses()]


def page_paths(values: dict[str, dict[str, str]]) -> list[str]:
    """Return one path for each public route that is a page for people."""
    return [
        address.path(**values.get(address.name, {}))
        for address in public_addresses()
        if address.name not in NOT_PAGES and not address.name.startswith("api")
    ]


def path_with(address: Address, part: str) -> str | None:
    """Return the route's path with ``part`` in each place; ``None`` where the route takes no such thing.

    A place for a UUID takes nothing else: it holds ``SOME_UUID``.
    """
    parts = {name: SOME_UUID if kind == "uuid" else part for name, kind in address.parts.items()}
    try:
        return address.path(**parts)
    except NoReverseMatch:
        return None
