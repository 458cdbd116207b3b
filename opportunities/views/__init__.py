"""What visitors ask of opportunities, a module for each kind of page."""

from opportunities.views.detail import document, opportunity_detail
from opportunities.views.explaining import doing_business, method
from opportunities.views.home import home
from opportunities.views.listing import opportunity_list
from opportunities.views.visits import new_since, new_since_count

__all__ = [
    "document",
    "doing_business",
    "home",
    "method",
    "new_since",
    "new_since_count",
    "opportunity_detail",
    "opportunity_list",
]
