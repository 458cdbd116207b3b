"""Every change of a business, of who speaks for it, and of what it holds."""

from vendors.actions.businesses import (
    answer_disclosure,
    change_business,
    close_business,
    open_business,
)
from vendors.actions.changing import Changed, LastOwner, NotTaken, OwnersOnly
from vendors.actions.holdings import Given, record, reject, verify

__all__ = [
    "Changed",
    "Given",
    "LastOwner",
    "NotTaken",
    "OwnersOnly",
    "answer_disclosure",
    "change_business",
    "close_business",
    "open_business",
    "record",
    "reject",
    "verify",
]
