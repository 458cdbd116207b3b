"""The portal's own settings, of either mode, with the waits short enough to watch.

Only durations differ: what runs, and in what order, is what runs in production.
"""

import os

from procurement_portal.settings import *  # noqa: F403
from procurement_portal.settings import (
    CELERY_BEAT_SCHEDULE,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASES,
    EMBEDDED,
    VAR_DIR,
)
from tests.faults.doubling import double_every_message

LETTER_LEASE_SECONDS = int(os.environ.get("RIG_LEASE_SECONDS", "8"))
PUBLISH_HOLD_MINUTES = 0
for entry in ("tell-who-asked", "send-letters"):
    CELERY_BEAT_SCHEDULE[entry]["schedule"] = 1.0
if not EMBEDDED:
    DATABASES["default"]["OPTIONS"]["options"] = "-c idle_in_transaction_session_timeout=3s"
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"visibility_timeout": 10, "unacked_restore_interval": 1}
    STATIC_ROOT = VAR_DIR / "staticfiles"
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
CELERY_IMPORTS = ["tests.faults.durations"]
# The negative controls put a careless sender in the place of ours.
if "RIG_SENDER" in os.environ:
    CELERY_IMPORTS.append("tests.faults.careless")
if "RIG_TWICE" in os.environ:
    double_every_message()
