"""The log of public change in the words of the Open Contracting Data Standard 1.1.

No database, no clock, no network. ``docs/open-data.md`` says field by field what becomes of a fact, and why.
"""

from opportunities.ocds.packages import lines, record, record_package, release_package
from opportunities.ocds.publisher import Publisher
from opportunities.ocds.releases import ocid_of, releases, tombstone

__all__ = [
    "Publisher",
    "lines",
    "ocid_of",
    "record",
    "record_package",
    "release_package",
    "releases",
    "tombstone",
]
