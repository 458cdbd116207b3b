from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from opportunities import plans


class Command(BaseCommand):
    help = (
        "Publish the purchases of a City plan (LL1, as CSV) that are not here yet. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                done = plans.load(lines, moment=timezone.now())
        except (OSError, UnicodeDecodeError, plans.UnknownPlan) as error:
            raise CommandError(f"{file.name} cannot be loaded: {error}") from None
        for reason in done.skipped:
            self.stdout.write(f"  Left out: {reason}")
        self.stdout.write(f"{len(done.new)} published, {len(done.known)} here already.")
