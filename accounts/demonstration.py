"""The staff account of the embedded mode, which must exist nowhere else."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.crypto import get_random_string

from accounts.models import User

ADDRESS = "staff@demonstration.example"
EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"  # no l and 1, no o and 0


def make() -> str:
    """Make the account if it is not there; return its password, or blank if it was there before.

    The password is kept nowhere. Raises ``RuntimeError`` outside the embedded mode.
    """
    if not settings.EMBEDDED:
        raise RuntimeError("A demonstration account may only exist in the embedded mode.")
    if exists():
        return ""
    password = "-".join(get_random_string(5, EASY_TO_READ) for _ in range(4))
    user = User.objects.create_superuser(ADDRESS, password, name="Demonstration account")
    # Its address leads nowhere, so it is taken as proven.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return password


def exists() -> bool:
    return User.objects.filter(email=ADDRESS).exists()
