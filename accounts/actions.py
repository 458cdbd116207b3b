"""What changes about people: forgetting what need not be kept."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts.composing import ASKED_KIND, CODE_KIND, GONE, STRANGER
from accounts.models import User
from letters import actions as letters
from letters.models import Letter

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
