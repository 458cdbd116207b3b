"""Any search taken along: as a feed, a calendar, a spreadsheet, a map for search engines.

All of them read the log of public change through ``found``, so that none can say what the others do not.
"""

from opportunities.feeds.atom import atom
from opportunities.feeds.calendars import calendar, event
from opportunities.feeds.exports import csv, xlsx
from opportunities.feeds.json_feed import json_feed
from opportunities.feeds.maps import opensearch, sitemap, sitemap_part

__all__ = [
    "atom",
    "calendar",
    "csv",
    "event",
    "json_feed",
    "opensearch",
    "sitemap",
    "sitemap_part",
    "xlsx",
]
