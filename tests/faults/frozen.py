"""A process that freezes in the middle of matching, with its transaction open and its locks held."""

import os
import signal

import django
from django.db import transaction

if __name__ == "__main__":
    django.setup()
    from alerts.models import MatchingCursor

    with transaction.atomic():
        MatchingCursor.locked()
        os.kill(os.getpid(), signal.SIGSTOP)
