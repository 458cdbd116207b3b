"""A code of an authenticator app opens once.

allauth remembers that in the cache, without which nobody would get in. Here it stands with the app's secret, so that
all processes know it, also while Redis is away.
"""

import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

USED = "used_in_period"


def remember_in_the_database() -> None:
    """Let allauth ask here whether a code was used. It has no setting for it."""
    TOTP._mark_code_used = _mark_code_used


@transaction.atomic
def _mark_code_used(totp: TOTP, _code: str) -> bool:
    """Note that the code of this half minute is used; False if one was before.

    ``MFA_TOTP_TOLERANCE`` is 0, so that no other code works now. Whoever comes at the same moment waits for the row,
    and then is the second.
    """
    app = Authenticator.objects.select_for_update(no_key=True).get(pk=totp.instance.pk)
    period = int(time.time()) // app_settings.TOTP_PERIOD
    if app.data.get(USED) == period:
        return False
    app.data[USED] = period
    app.save(update_fields=["data"])
    return True
