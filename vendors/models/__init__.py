"""Businesses, who speaks for them, and what they hold."""

from vendors.models.business import Invitation, Membership, Vendor
from vendors.models.holding import Holding, HoldingChange

__all__ = ["Holding", "HoldingChange", "Invitation", "Membership", "Vendor"]
