"""Codes found by the words of their titles."""

from django.db.models import Q, QuerySet

from opportunities.analysis import search_words
from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode


def codes_of_sellers() -> QuerySet[CommodityCode]:
    """Return what a business may say it sells: NIGP numbers are kept as bare numbers."""
    return CommodityCode.objects.filter(scheme__in=[CodeScheme.NAICS, CodeScheme.NYC])


def found_by_words(words: str) -> QuerySet[CommodityCode]:
    """Return codes whose number begins with what was typed, or whose title has the stem of each word."""
    codes = codes_of_sellers()
    if words.strip().isdecimal():
        return codes.filter(code__startswith=words.strip()).order_by("scheme", "code")
    stems = search_words(words)
    if not stems:
        return codes.none()
    every = Q()
    for stem in stems[:8]:
        every &= Q(title__icontains=stem)
    return codes.filter(every).order_by("title", "code")
