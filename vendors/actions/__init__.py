"""Every change of a business, of who speaks for it, and of what it holds."""

from vendors.actions.businesses import (
    TooManyCodes,
    add_code,
    answer_disclosure,
    change_business,
    choose,
    close_business,
    keep_answers,
    open_business,
    remove_code,
)
from vendors.actions.changing import Changed, LastOwner, NotTaken, OwnersOnly
from vendors.actions.holdings import Given, record, reject, verify
from vendors.actions.interest import OF_USE, TooLate, show_interest, withdraw_interest
from vendors.actions.people import accept, change_role, forget, invite, leave, remove, take_back
from vendors.actions.register import (
    AlreadyMatched,
    confirm_match,
    put_in_place,
    reject_match,
    suggest,
)
from vendors.actions.reminding import remind
from vendors.actions.sharing import TooManyLinks, opened, revoke, share_dates, share_with_adviser

__all__ = [
    "OF_USE",
    "AlreadyMatched",
    "Changed",
    "Given",
    "LastOwner",
    "NotTaken",
    "OwnersOnly",
    "TooLate",
    "TooManyCodes",
    "TooManyLinks",
    "accept",
    "add_code",
    "answer_disclosure",
    "change_business",
    "change_role",
    "choose",
    "close_business",
    "confirm_match",
    "forget",
    "invite",
    "keep_answers",
    "leave",
    "open_business",
    "opened",
    "put_in_place",
    "record",
    "reject",
    "reject_match",
    "remind",
    "remove",
    "remove_code",
    "revoke",
    "share_dates",
    "share_with_adviser",
    "show_interest",
    "suggest",
    "take_back",
    "verify",
    "withdraw_interest",
]
