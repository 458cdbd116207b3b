"""Businesses, who speaks for them, and what they hold."""

from vendors.models.business import Invitation, Membership, Vendor
from vendors.models.holding import Holding, HoldingChange
from vendors.models.interest import Interest
from vendors.models.register import CertifiedBusiness, Register, RegisterMatch
from vendors.models.reminder import Reminder
from vendors.models.sharing import SharedLink

__all__ = [
    "CertifiedBusiness",
    "Holding",
    "HoldingChange",
    "Interest",
    "Invitation",
    "Membership",
    "Register",
    "RegisterMatch",
    "Reminder",
    "SharedLink",
    "Vendor",
]
