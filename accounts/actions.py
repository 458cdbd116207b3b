"""What changes about people: another address, an end, and forgetting what need not be kept."""

import logging
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_lazy as _

from accounts import belongings
from accounts.composing import ASKED_KIND, CODE_KIND, GONE, OPENED, STRANGER, post_letter
from accounts.models import User
from letters import actions as letters
from letters.models import Letter

logger = logging.getLogger(__name__)

NAMED_IN_THE_LOG = _(
    "The log of what was published names you, and a log that loses names is none. Ask a colleague at the Law "
    "Department to close your account instead."
)
UNPROVEN_KEPT = timedelta(days=7)
STRANGERS_KEPT = timedelta(days=1)  # long enough to answer "did your letter go out?"


def forget_letters(*, moment: datetime) -> int:
    """Wipe the text of letters with codes once they are finished, and the address of who has no account."""
    letters.forget_text(Letter.objects.filter(kind__in=[CODE_KIND, ASKED_KIND]))
    nobodys = Q(owner__startswith=STRANGER, created_at__lt=moment - STRANGERS_KEPT)
    return letters.forget_reader(Letter.objects.filter(nobodys | Q(owner__startswith=GONE)))


def forget_unproven(*, moment: datetime) -> int:
    """Delete accounts that were asked for a week ago by nobody who proved the address; return how many."""
    asked_for = User.objects.filter(
        last_login=None, is_staff=False, joined_at__lt=moment - UNPROVEN_KEPT
    )
    unproven = asked_for.filter(emailaddress__verified=False).exclude(emailaddress__verified=True)
    count = unproven.count()
    unproven.delete()
    Session.objects.filter(expire_date__lt=moment).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return count


class NotDeletable(Exception):
    """The account must stay for now; ``blockers`` says why, one sentence each."""

    def __init__(self, blockers: list[str]) -> None:
        super().__init__(" ".join(blockers))
        self.blockers = blockers


class AddressTaken(Exception):
    """Somebody else signs in with this address."""


@transaction.atomic
def delete_account(user: User, *, moment: datetime) -> None:
    """Delete ``user`` and all that belongs to them, on every floor; letters owed are taken back.

    What a mail server refused stays suppressed, known by its hash alone. Raises ``NotDeletable``.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if blockers := belongings.blockers(user):
        raise NotDeletable(blockers)
    for part in belongings.in_order():
        part.erase(user, moment)
    letters.forget_owners([user.owner], moment=moment)
    # A letter that a sender has in hand is wiped as soon as it lets go (``forget_letters``).
    Letter.objects.filter(owner=user.owner).update(owner=f"{GONE}{user.pk}")
    try:
        user.delete()
    except ProtectedError as error:
        raise NotDeletable([str(NAMED_IN_THE_LOG)]) from error
    logger.info("account deleted", extra={"user": user.pk})


@transaction.atomic
def change_address(user: User, address: str, *, moment: datetime, language: str) -> User:
    """Let ``user`` sign in with ``address``, proven by its owner, and no longer with the one before.

    The old address gets a letter. The same address again changes nothing. Raises ``AddressTaken``.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    old = user.email
    if old == address:
        return user
    if is_taken(address, by_other_than=user):
        raise AddressTaken
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    user.email = address
    user.save(update_fields=["email"])
    post_letter("email_changed", to=old, code="", language=language, moment=moment)
    return user


@transaction.atomic
def open_for_colleague(user: User, *, moment: datetime, language: str) -> None:
    """Store a new account that nobody has a password for, and write to its owner how to sign in: by a mailed code."""
    user.set_unusable_password()
    user.save()
    post_letter(OPENED, to=user.email, code="", language=language, moment=moment)


@transaction.atomic
def unprove_address(user: User) -> None:
    """Take the address of ``user`` as not proven, since somebody else wrote it, and end their sessions.

    The address before opens nothing any more; the new one is proven by a mailed code at the next sign-in.
    """
    EmailAddress.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def is_taken(address: str, *, by_other_than: User) -> bool:
    """Tell whether somebody else has ``address``, proven or not, whatever its capitals."""
    others = User.objects.exclude(pk=by_other_than.pk)
    return others.filter(Q(email__iexact=address) | Q(emailaddress__email__iexact=address)).exists()
