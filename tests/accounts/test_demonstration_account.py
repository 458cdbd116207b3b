"""The demonstration account is made once, and stops a real portal from starting."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from accounts import demonstration
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_account_is_made_once_and_its_password_shown_once() -> None:
    passwords = [demonstration.make(), demonstration.make()]

    assert passwords[1] == ""
    assert User.objects.get(email=demonstration.ADDRESS).check_password(passwords[0])


def test_account_is_refused_outside_the_embedded_mode(settings: Settings) -> None:
    settings.EMBEDDED = False

    with pytest.raises(RuntimeError):
        demonstration.make()
    assert not demonstration.exists()


def test_real_portal_does_not_start_with_the_account_in_its_database(settings: Settings) -> None:
    demonstration.make()
    call_command("check", databases=["default"])  # here it is at home
    settings.EMBEDDED = False

    with pytest.raises(SystemCheckError, match=r"portal\.E003"):
        call_command("check", databases=["default"])
