"""Another address for an account, proven at both ends: a code to the old one and a code to the new one.

Whoever has only the session cannot take the account away, and whoever mistypes an address does not lose it.
"""

import time
from dataclasses import asdict, dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import compare_user_code
from django.contrib.sessions.backends.base import SessionBase

from accounts.actions import is_taken
from accounts.composing import CODE_WORKS
from accounts.models import User

KEY = "address_change"
TRIES = 3


@dataclass
class Change:
    """What is under way in one session. ``new_code`` is blank where nobody may prove the new address."""

    address: str
    old_code: str
    new_code: str
    at: float
    tries: int = 0


def begin(session: SessionBase, user: User, address: str) -> Change:
    """Make the two codes and post them. An address of somebody else's gets a letter that says so, and no code."""
    adapter = get_adapter()
    change = Change(address, adapter.generate_email_verification_code(), "", time.time())
    adapter.send_mail("address_change", user.email, {"code": change.old_code})
    if is_taken(address, by_other_than=user):
        adapter.send_mail("account_already_exists", address, {})
    else:
        change.new_code = adapter.generate_email_verification_code()
        adapter.send_mail("address_change", address, {"code": change.new_code})
    session[KEY] = asdict(change)
    return change


def under_way(session: SessionBase) -> Change | None:
    """Return the change of this session, if its codes still work."""
    stored: dict[str, Any] | None = session.get(KEY)
    if stored is None:
        return None
    change = Change(**stored)
    return change if time.time() - change.at <= CODE_WORKS.total_seconds() else None


def fits(session: SessionBase, change: Change, *, old_code: str, new_code: str) -> bool:
    """Tell whether both codes are right, and end the change if so; the third wrong pair ends it too."""
    right = [
        compare_user_code(actual=old_code, expected=change.old_code),
        compare_user_code(actual=new_code, expected=change.new_code),
    ]
    change.tries += 1
    if all(right) or change.tries >= TRIES:
        del session[KEY]
    else:
        session[KEY] = asdict(change)
    return all(right)
