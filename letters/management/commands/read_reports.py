"""``manage.py read_reports MAILDIR``: bounces and complaints that came back by mail."""

import mailbox
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from letters import reports

LARGEST = 2**20  # bytes of a report; no honest one is longer


class Command(BaseCommand):
    help = (
        "Read bounces (RFC 3464) and complaints (RFC 5965) from a folder in the Maildir format, and close the "
        "addresses that refuse our letters. Mails that were read are marked as seen. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("maildir", help="where the mailbox of the return address is delivered")

    def handle(self, *args: Any, maildir: str, **options: Any) -> None:
        if not (Path(maildir) / "new").is_dir():
            raise CommandError(f"{maildir} is no Maildir: it has no folder named new.")
        folder = mailbox.Maildir(maildir, create=False)
        seen = noted = 0
        for key in folder.keys():  # noqa: SIM118  (a Maildir iterates over mails, not keys)
            message = folder.get_message(key)
            if "S" in message.get_flags():
                continue
            raw = folder.get_bytes(key)
            noted += reports.note_mail(raw, moment=timezone.now()) if len(raw) <= LARGEST else 0
            message.add_flag("S")
            message.set_subdir("cur")
            folder[key] = message
            seen += 1
        self.stdout.write(f"{seen} mails read, {noted} reports noted.")
