"""What belongs to a person, wherever it is stored: shown on their page, given to them as a file, deleted with them.

Apps above this one know things of people that this one does not. Each registers a part in ``apps.ready``; nobody
has to import upwards, and a new kind of data cannot be forgotten in one of the three places only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from accounts.models import User


def _nothing(_user: User) -> dict[str, Any]:
    return {}


def _keep(_user: User, _moment: datetime) -> None:
    pass


def _no_blockers(_user: User) -> list[str]:
    return []


@dataclass(frozen=True)
class Part:
    """One app's share in a person.

    ``template`` draws it on the page "My account" with what ``shown`` returns; blank for nothing to show.
    ``export`` returns plain values for a JSON file. ``erase`` deletes; it runs inside the transaction that deletes
    the account, before the account itself. ``blockers`` says, one sentence each, why that may not be done yet.
    """

    key: str
    title: Promise | str
    template: str = ""
    shown: Callable[[User], dict[str, Any]] = _nothing
    export: Callable[[User], Any] = _nothing
    erase: Callable[[User, datetime], None] = _keep
    blockers: Callable[[User], list[str]] = _no_blockers
    # Smaller stands further up on the page.
    place: int = 50
    # What goes with the account, as the page says it before the button; blank for nothing.
    goes: Promise | str = ""


PARTS: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part; one of the same key takes the place of the first."""
    PARTS[part.key] = part


def in_order() -> list[Part]:
    """Return every part as the page shows them, top first."""
    return sorted(PARTS.values(), key=lambda part: (part.place, part.key))


def exported(user: User) -> dict[str, Any]:
    """Return all that is known of ``user``, by part: what a person may ask for under any law, and more."""
    return {part.key: part.export(user) for part in in_order()}


def blockers(user: User) -> list[str]:
    """Return why the account may not be deleted yet, one sentence each; empty: it may."""
    return [words for part in in_order() for words in part.blockers(user)]
