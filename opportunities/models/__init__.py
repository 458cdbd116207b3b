"""Purchases and solicitations: what is public, since when, what changed."""

from opportunities.models.document import OpportunityDocument
from opportunities.models.finding import SearchEntry, SearchWord, Tally
from opportunities.models.importing import ImportPart, ImportRow, ImportRun, Origin
from opportunities.models.limit import MethodLimit
from opportunities.models.log import ChangeLog, Revision
from opportunities.models.opportunity import Opportunity
from opportunities.models.planned import PlannedPublication
from opportunities.models.reference import Agency, CommodityCode, OfficialLink, SynonymGroup

__all__ = [
    "Agency",
    "ChangeLog",
    "CommodityCode",
    "ImportPart",
    "ImportRow",
    "ImportRun",
    "MethodLimit",
    "OfficialLink",
    "Opportunity",
    "OpportunityDocument",
    "Origin",
    "PlannedPublication",
    "Revision",
    "SearchEntry",
    "SearchWord",
    "SynonymGroup",
    "Tally",
]
