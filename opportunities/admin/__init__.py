"""The desk: translate what staff press into one action, and its answer back."""

from opportunities.admin.importing import ImportRunAdmin
from opportunities.admin.log import RevisionAdmin
from opportunities.admin.opportunity import OpportunityAdmin
from opportunities.admin.reference import (
    AgencyAdmin,
    CommodityCodeAdmin,
    MethodLimitAdmin,
    OfficialLinkAdmin,
    SynonymGroupAdmin,
)

__all__ = [
    "AgencyAdmin",
    "CommodityCodeAdmin",
    "ImportRunAdmin",
    "MethodLimitAdmin",
    "OfficialLinkAdmin",
    "OpportunityAdmin",
    "RevisionAdmin",
    "SynonymGroupAdmin",
]
