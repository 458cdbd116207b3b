"""What people may type about a business, and about what it holds."""

from vendors.forms.business import BusinessForm, DisclosureForm, InviteForm
from vendors.forms.check import CheckForm
from vendors.forms.holding import HoldingForm
from vendors.forms.sharing import AdviserLinkForm, InterestForm

__all__ = [
    "AdviserLinkForm",
    "BusinessForm",
    "CheckForm",
    "DisclosureForm",
    "HoldingForm",
    "InterestForm",
    "InviteForm",
]
