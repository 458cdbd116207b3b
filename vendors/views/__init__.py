"""The guide, a business's own pages, and whether one is ready for a purchase."""

from vendors.views.businesses import business, businesses, close, codes, disclosure, edit, new
from vendors.views.guide import guide, requirement
from vendors.views.holdings import holding
from vendors.views.people import invitation, people
from vendors.views.readiness import card, readiness, rows

__all__ = [
    "business",
    "businesses",
    "card",
    "close",
    "codes",
    "disclosure",
    "edit",
    "guide",
    "holding",
    "invitation",
    "new",
    "people",
    "readiness",
    "requirement",
    "rows",
]
