"""The guide, a business's own pages, and whether one is ready for a purchase."""

from vendors.views.businesses import business, businesses, close, codes, disclosure, edit, new
from vendors.views.guide import guide, requirement
from vendors.views.holdings import holding
from vendors.views.interest import interest
from vendors.views.people import invitation, people
from vendors.views.readiness import card, readiness, rows
from vendors.views.sharing import advising, dates, sharing

__all__ = [
    "advising",
    "business",
    "businesses",
    "card",
    "close",
    "codes",
    "dates",
    "disclosure",
    "edit",
    "guide",
    "holding",
    "interest",
    "invitation",
    "new",
    "people",
    "readiness",
    "requirement",
    "rows",
    "sharing",
]
