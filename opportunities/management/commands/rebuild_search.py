from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from opportunities import actions
from opportunities.models import Opportunity, SearchEntry


class Command(BaseCommand):
    help = (
        "Make the search index and the counts again from the log of public change. Safe to repeat; "
        "nothing is published meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-missing",
            action="store_true",
            help="Only if nothing is indexed though something is public, as after a migration.",
        )

    def handle(self, *args: Any, if_missing: bool, **options: Any) -> None:
        if if_missing and (
            SearchEntry.objects.exists() or not Opportunity.objects.public().exists()
        ):
            return
        self.stdout.write(f"{actions.rebuild_search()} purchases indexed.")
