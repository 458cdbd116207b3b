from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Bring the database up to date, and make the search index where a migration left none. "
        "Run before every start; safe to repeat."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=verbosity, stdout=self.stdout)
        call_command("rebuild_search", if_missing=True, stdout=self.stdout)
