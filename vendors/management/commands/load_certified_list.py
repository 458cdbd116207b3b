from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from opportunities import importing
from opportunities.choices import ImportState
from vendors import fetching


class Command(BaseCommand):
    help = (
        "Put a new list of certified businesses (SBS, data set ci93-uc8s) in the place of the last one. "
        "Without a file it is fetched from CERTIFIED_LIST_URL, if that is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument(
            "--dated",
            type=date.fromisoformat,
            help="The day of the list, as 2026-11-01. Default: today.",
        )

    def handle(self, *args: Any, file: Path | None, dated: date | None, **options: Any) -> None:
        try:
            content: Any = file.open("rb") if file else fetching.fetch()
        except fetching.NotFetched as reason:
            self.stdout.write(str(reason))
            return
        except OSError as error:
            raise CommandError(f"The file cannot be opened: {error}") from None
        moment, kind = timezone.now(), importing.KINDS["register"]
        with closing(content):
            name = file.name if file else fetching.NAME
            run = importing.receive(content, name, kind, by=None, moment=moment, dated_on=dated)
        run = importing.finish_now(run)
        if run.state == ImportState.REFUSED:
            raise CommandError(f"{run.name} is refused: {run.message}")
        self.stdout.write(run.message)
        importing.start(run, by=None, moment=timezone.now())
        run = importing.finish_now(run)
        self.stdout.write(f"{run.applied_count} businesses are on the list that counts now.")
