"""The house of docs/architecture.md stands: imports and foreign keys point down it only."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test.utils import isolate_apps

from tests.environment import ROOT

# From the ground up. Apps that are not ours count as the ground itself.
FLOORS = ["core", "letters", "accounts", "opportunities", "vendors", "alerts", "procurement_portal"]


def test_imports_point_down_the_house():
    linter = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run(
        [linter, "--no-logo"], check=False, cwd=ROOT, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_foreign_keys_point_down_the_house():
    ours = [
        model
        for model in apps.get_models(include_auto_created=True)
        if floor(model._meta.app_label) >= 0
    ]

    assert list(upward_keys(ours)) == []


def test_a_foreign_key_that_points_up_is_found():
    assert points_down("alerts", "letters")
    assert points_down("letters", "auth")
    assert points_down("opportunities", "opportunities")
    assert not points_down("letters", "alerts")
    assert not points_down("core", "accounts")


@isolate_apps("letters", "opportunities")
def test_the_walk_over_models_sees_every_kind_of_key():
    class Purchase(models.Model):
        class Meta:
            app_label = "opportunities"

    class Parcel(models.Model):
        one = models.ForeignKey(Purchase, models.CASCADE, related_name="+")
        only = models.OneToOneField(Purchase, models.CASCADE, related_name="+")
        many = models.ManyToManyField(Purchase, related_name="+")

        class Meta:
            app_label = "letters"

    found = list(upward_keys([Purchase, Parcel]))

    assert found == [f"letters.Parcel.{name} -> opportunities" for name in ("one", "only", "many")]


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


@pytest.mark.parametrize("label", [label for label in FLOORS if apps.is_installed(label)])
def test_migrations_are_named_for_what_they_do(label):
    folder = Path(apps.get_app_config(label).path) / "migrations"

    assert [path.name for path in folder.glob("0*.py") if "_auto_" in path.name] == []


def upward_keys(found: list[type[models.Model]]) -> Iterator[str]:
    """Name each foreign, one-to-one or many-to-many key that points to a higher floor."""
    for model in found:
        for field in model._meta.get_fields():
            target = field.related_model
            if not field.concrete or not isinstance(target, type):
                continue
            label, target_label = model._meta.app_label, target._meta.app_label
            if not points_down(label, target_label):
                yield f"{label}.{model.__name__}.{field.name} -> {target_label}"


def points_down(label: str, target: str) -> bool:
    """Return whether a model of app ``label`` may refer to one of app ``target``."""
    return floor(target) <= floor(label)


def floor(label: str) -> int:
    return FLOORS.index(label) if label in FLOORS else -1
