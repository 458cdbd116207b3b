"""What people may type about a business, and about what it holds."""

from vendors.forms.business import BusinessForm, DisclosureForm, InviteForm
from vendors.forms.check import CheckForm
from vendors.forms.holding import HoldingForm

__all__ = ["BusinessForm", "CheckForm", "DisclosureForm", "HoldingForm", "InviteForm"]
