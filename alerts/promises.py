"""How long links work and addresses are kept: what is done, and what letters and pages say of it."""

from datetime import timedelta

# Long enough to confirm after a long weekend.
CONFIRM_LINK_WORKS = timedelta(hours=72)
MANAGE_LINK_WORKS = timedelta(days=7)
TOLD_LINK_WORKS = timedelta(days=28)
UNCONFIRMED_KEPT = timedelta(days=7)
ENDED_KEPT = timedelta(days=28)
LONGEST_PAUSE = timedelta(days=180)

# For templates.
SAID = {
    "confirm_hours": CONFIRM_LINK_WORKS // timedelta(hours=1),
    "manage_days": MANAGE_LINK_WORKS.days,
    "unconfirmed_days": UNCONFIRMED_KEPT.days,
    "ended_days": ENDED_KEPT.days,
    "pause_days": LONGEST_PAUSE.days,
}
