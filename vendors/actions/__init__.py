"""Every change of a business, of who speaks for it, and of what it holds."""

from vendors.actions.businesses import (
    TooManyCodes,
    add_code,
    answer_disclosure,
    change_business,
    close_business,
    keep_answers,
    open_business,
    remove_code,
)
from vendors.actions.changing import Changed, LastOwner, NotTaken, OwnersOnly
from vendors.actions.holdings import Given, record, reject, verify
from vendors.actions.people import accept, change_role, forget, invite, leave, remove, take_back
from vendors.actions.register import (
    AlreadyMatched,
    confirm_match,
    put_in_place,
    reject_match,
    suggest,
)

__all__ = [
    "AlreadyMatched",
    "Changed",
    "Given",
    "LastOwner",
    "NotTaken",
    "OwnersOnly",
    "TooManyCodes",
    "accept",
    "add_code",
    "answer_disclosure",
    "change_business",
    "change_role",
    "close_business",
    "confirm_match",
    "forget",
    "invite",
    "keep_answers",
    "leave",
    "open_business",
    "put_in_place",
    "record",
    "reject",
    "reject_match",
    "remove",
    "remove_code",
    "suggest",
    "take_back",
    "verify",
]
