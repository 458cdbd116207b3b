"""What staff see of businesses and of the City's list."""

from vendors.admin.business import HoldingAdmin, VendorAdmin
from vendors.admin.register import CertifiedBusinessAdmin, RegisterMatchAdmin

__all__ = ["CertifiedBusinessAdmin", "HoldingAdmin", "RegisterMatchAdmin", "VendorAdmin"]
