"""How long somebody stays signed in: 12 hours at most, and staff no longer than 15 idle minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

BEGUN = "begun_at"
COARSE = timedelta(minutes=1)  # each move of the end is a write


def begin(sender: Any, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Note when somebody signed in; connected to Django's signal of it."""
    moment = timezone.now()
    request.session[BEGUN] = moment.timestamp()
    request.session.set_expiry(_end(request.session, user, moment))


def keep(request: HttpRequest, moment: datetime) -> None:
    """Move the end of a session that was just used, where it moves. Leaves one alone that is nobody's."""
    session = request.session
    if SESSION_KEY not in session or BEGUN not in session:
        return
    end = _end(session, request.user, moment)
    if abs(end - session.get_expiry_date()) > COARSE:
        session.set_expiry(end)


def end_others(request: HttpRequest, user: Any) -> None:
    """End all sessions of ``user`` but the one that asks."""
    for session in UserSession.objects.filter(user=user):
        if session.session_key != request.session.session_key:
            session.end()


def trust_new_factor(sender: Any, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Connected to allauth: whoever has just shown a new factor is not asked for it in the same breath.

    A session that began without it does not outlive its coming.
    """
    record_authentication(request, user, method="mfa", reauthenticated=True)
    end_others(request, user)


def _end(session: SessionBase, user: Any, moment: datetime) -> datetime:
    begun = datetime.fromtimestamp(session[BEGUN], UTC)
    end = begun + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    idle = moment + timedelta(seconds=settings.STAFF_IDLE_SECONDS)
    return min(end, idle) if user.is_staff else end
