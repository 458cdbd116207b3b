"""Rows that migrations wrote, kept over the tests that empty every table.

A test with a live server or with real transactions ends in a flush, which takes the dated limits
and official links with it. In random order the next test would miss them, so they are put back.
"""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction

from tests.environment import ROOT

FLUSHING_FIXTURES = {"live_server", "transactional_db", "django_db_reset_sequences"}

Rows = list[dict[str, Any]]


def read_rows() -> Rows:
    """Return every row of our own apps' tables."""
    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
    models = serializers.sort_dependencies([(config, None) for config in ours])
    return [
        row
        for model in models
        for row in serializers.serialize("python", model._base_manager.all())
    ]


def put_back(rows: Rows) -> None:
    """Write the rows as they were, all or none."""
    with transaction.atomic():
        for row in serializers.deserialize("python", rows):
            row.save()


def empties_tables(item: pytest.Item) -> bool:
    """Return whether the test ends in a flush rather than in a rollback."""
    marker = item.get_closest_marker("django_db")
    asked = marker.kwargs if marker else {}
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        fixtures & FLUSHING_FIXTURES or asked.get("transaction") or asked.get("reset_sequences")
    )
