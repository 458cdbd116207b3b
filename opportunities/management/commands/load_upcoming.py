from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from opportunities import upcoming


class Command(BaseCommand):
    help = (
        "Publish the purchases of the Law Department's page that are not here yet. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = upcoming.load(moment=timezone.now())
        for purchase in loaded:
            self.stdout.write(f"  {purchase.title}")
        self.stdout.write(f"{len(loaded)} purchases loaded.")
