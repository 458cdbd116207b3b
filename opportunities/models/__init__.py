"""Purchases and solicitations: what is public, since when, what changed."""

from opportunities.models.limit import MethodLimit
from opportunities.models.log import ChangeLog, Revision
from opportunities.models.opportunity import Opportunity
from opportunities.models.reference import Agency, CommodityCode, OfficialLink

__all__ = [
    "Agency",
    "ChangeLog",
    "CommodityCode",
    "MethodLimit",
    "OfficialLink",
    "Opportunity",
    "Revision",
]
