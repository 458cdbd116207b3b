"""``manage.py reconcile LOG``: do the letters that we say are sent stand in the mail server's log, and no others?"""

import re
import uuid
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from letters.choices import LetterState
from letters.models import Letter

# Postfix writes message-id=<…@…> once for each letter it takes; our test server begins a line with it.
TAKEN = re.compile(
    r"(?:message-id=<|^)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=[@ ])", re.IGNORECASE
)
NAMED_AT_MOST = 20


class Command(BaseCommand):
    help = "Compare the letters marked as sent with a mail server's log. Ends with 1 where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("log", type=Path, help="mail log, or the log of the test server")
        parser.add_argument("--since", help="first moment of the log; default: 7 days ago")

    def handle(self, *args: Any, log: Path, since: str | None, **options: Any) -> None:
        begin = _moment(since) if since else timezone.now() - timedelta(days=7)
        try:
            lines = log.read_text(errors="replace").splitlines()
        except OSError as error:
            raise CommandError(f"{log} cannot be read: {error.strerror}.") from error
        arrived = Counter(uuid.UUID(found[1]) for line in lines if (found := TAKEN.search(line)))
        letters = Letter.objects.filter(finished_at__gte=begin, state=LetterState.SENT)
        sent = dict(letters.values_list("public_id", "repeat_count"))
        ours = set(
            Letter.objects.filter(public_id__in=list(arrived)).values_list("public_id", flat=True)
        )
        self._tell("marked as sent and not in the log", [n for n in sent if n not in arrived])
        self._tell(
            "in the log and not marked as sent", [n for n in arrived if n in ours and n not in sent]
        )
        more = [n for n, count in arrived.items() if count - 1 > sent.get(n, 0) and n in sent]
        self._tell("arrived again and not written down as a possible repeat", more)
        self.stdout.write(
            f"{len(sent)} sent, {sum(arrived.values())} lines, {len(arrived)} letters in the log."
        )
        if self.differs:
            raise CommandError("They differ.")

    differs = False

    def _tell(self, what: str, numbers: list[uuid.UUID]) -> None:
        if not numbers:
            return
        self.differs = True
        self.stdout.write(f"{len(numbers)} {what}:")
        for number in sorted(numbers, key=str)[:NAMED_AT_MOST]:
            self.stdout.write(f"  {number}")


def _moment(typed: str) -> datetime:
    found = parse_datetime(typed)
    if found is None:
        raise CommandError("--since is a moment such as 2027-01-12T12:00-05:00.")
    return found if found.tzinfo else timezone.make_aware(found)
