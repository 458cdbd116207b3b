"""Addresses and names that stay. They come from ``SITE_URL`` and never from a request's Host header."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from opportunities.search import Search

SINCE = "2026"  # of tag URIs (RFC 4151): whoever had the domain in that year gave the name


def on_site(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def tag(specific: str) -> str:
    """Return a name that is no address and never changes, also when the page moves."""
    return f"tag:{domain()},{SINCE}:{specific}"


def page_of_purchase(reference: str) -> str:
    return on_site(reverse("opportunities:detail", args=[reference]))


def of_search(name: str, search: Search) -> str:
    """Return the address of what is called ``name`` in the URLconf, for this search."""
    query = search.query_string()
    return on_site(reverse(f"opportunities:{name}")) + (f"?{query}" if query else "")
