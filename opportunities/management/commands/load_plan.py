from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.sheets import Unreadable
from opportunities.importing import plans


class Command(BaseCommand):
    help = "Publish the purchases of a City plan (LL1 or LL63, as CSV or XLSX) that are not here yet. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open("rb") as content:
                done = plans.load(content, file.name, moment=timezone.now())
        except (OSError, Unreadable) as error:
            raise CommandError(f"{file.name} cannot be loaded: {error}") from None
        for reason in done.skipped:
            self.stdout.write(f"  Left out: {reason}")
        self.stdout.write(f"{len(done.new)} published, {len(done.known)} here already.")
