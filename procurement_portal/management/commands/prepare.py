from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = (
        "Bring the database up to date, make the search index where a migration left none, and let SQLite "
        "take statistics. "
        "Run before every start; safe to repeat."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=verbosity, stdout=self.stdout)
        call_command("rebuild_search", if_missing=True, stdout=self.stdout)
        if connection.vendor == "sqlite":
            # It takes statistics only when told to, and a migration that remakes a table forgets them; without
            # them it reads all that was ever published to count what is live.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
