"""What stands between a purchase and the next thing that staff want to do with it, and what deserves a second look.

No database, no clock: the caller passes the purchase, the limits and the moment.
"""

from opportunities.publishing.awarding import Award, award_blockers, award_correction_blockers
from opportunities.publishing.becoming_public import (
    four_eyes_blockers,
    planning_blockers,
    publication_blockers,
)
from opportunities.publishing.findings import Finding, NotPublishable, Refused
from opportunities.publishing.staying_true import (
    amendment_blockers,
    cancellation_blockers,
    confirmation_blockers,
    correction_blockers,
    extension_blockers,
    withdrawal_blockers,
)
from opportunities.publishing.warning import publication_warnings

__all__ = [
    "Award",
    "Finding",
    "NotPublishable",
    "Refused",
    "amendment_blockers",
    "award_blockers",
    "award_correction_blockers",
    "cancellation_blockers",
    "confirmation_blockers",
    "correction_blockers",
    "extension_blockers",
    "four_eyes_blockers",
    "planning_blockers",
    "publication_blockers",
    "publication_warnings",
    "withdrawal_blockers",
]
