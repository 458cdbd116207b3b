"""Businesses, who speaks for them, and what they hold."""

from vendors.models.business import Invitation, Membership, Vendor
from vendors.models.holding import Holding, HoldingChange
from vendors.models.register import CertifiedBusiness, Register, RegisterMatch

__all__ = [
    "CertifiedBusiness",
    "Holding",
    "HoldingChange",
    "Invitation",
    "Membership",
    "Register",
    "RegisterMatch",
    "Vendor",
]
