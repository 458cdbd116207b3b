"""What may be asked, and in which words a wrong question is refused."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from core.api import Refusal, in_path, said
from opportunities.api.facts import address
from opportunities.api.schemas import IndustryName, MethodName, PhaseName, values_of
from opportunities.choices import Sort, ValueBand
from opportunities.search import Search
from opportunities.search.value import LONGEST_TEXT, LONGEST_WINDOW, MOST_CODES, WINDOWS
from opportunities.versions import version_at

MOST_ROWS, ROWS = 100, 25
LONGEST_CURSOR = 700
MANY = 20  # values of one parameter


def plain_number(value: object) -> object:
    """Refuse what Python takes for a number and nobody else does, such as 1_0 and ١."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        raise ValueError("Write a whole number in plain digits.")
    return value


Days = Annotated[int, Field(ge=1, le=LONGEST_WINDOW), BeforeValidator(plain_number)]
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(plain_number)]
Cursor = Annotated[str, Field(max_length=LONGEST_CURSOR, pattern=r"^[A-Za-z0-9_:=-]*$")]


REFERENCE = in_path(
    max_length=80,
    pattern=r"^[-a-zA-Z0-9_]+$",
    description=_("Names the purchase here, for good."),
    examples=["courtroom-display-boards"],
)


class Paging(Schema):
    limit: Rows = said(ROWS, description=_("How many at most."))
    cursor: Cursor = said("", description=_("Where to go on, as the page before said."))


class LogPaging(Paging):
    cursor: Cursor = said(
        "", description=_("Where you have read to. Without it the log begins at its beginning.")
    )


class Wishes(Paging):
    """A search under the names that the site's own addresses have."""

    q: Annotated[str, Field(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")] = said(
        "",
        description=_(
            "Words. “Quotes” keep words together, a minus leaves one out, “or” allows either."
        ),
        examples=["courtroom display"],
    )
    phase: list[PhaseName] = said([], max_length=MANY, description=_("Any of these phases."))
    industry: list[IndustryName] = said(
        [], max_length=MANY, description=_("Any of these industries.")
    )
    method: list[MethodName] = said([], max_length=MANY, description=_("Any of these methods."))
    naics: list[Annotated[str, Field(pattern=r"^[0-9]{2,6}$")]] = said(
        [], max_length=MOST_CODES, description=_("Any of these beginnings of NAICS codes.")
    )
    value: list[Annotated[ValueBand, WithJsonSchema(values_of(ValueBand))]] = said(
        [], max_length=MANY, description=_("Any of these values.")
    )
    quarter: list[Annotated[str, Field(pattern=r"^20[0-8][0-9]-[1-4]$")]] = said(
        [],
        max_length=MOST_CODES,
        description=_("Expected in any of these quarters of City fiscal years, such as 2027-1."),
    )
    brand: Annotated[Literal["named"], WithJsonSchema({"type": "string", "enum": ["named"]})] = (
        said(None, description=_("Only where the agency names a brand."))
    )
    due: Days = said(None, description=_("Responses are due within so many days."))
    posted: Days = said(None, description=_("First shown within so many days."))
    changed: Days = said(None, description=_("Changed within so many days."))
    sort: Annotated[Sort, WithJsonSchema(values_of(Sort))] = said(
        None, description=_("The order. Without it: the best match for words, else the deadline.")
    )


def version(request: HttpRequest) -> str:
    """Return the tag of an answer: equal tags are equal answers. One query."""
    moment = timezone.now()
    exactness = "%Y-%m-%d %H:%M" if WINDOWS & request.GET.keys() else "%Y-%m-%d"
    parts = [
        str(version_at(moment)),
        timezone.localtime(moment).strftime(exactness),
        request.get_full_path(),
    ]
    return f'W/"{sha256(chr(10).join(parts).encode(errors="surrogateescape")).hexdigest()[:32]}"'


# --- Places in a list of findings -----------------------------------------------------------------

CURSORS = signing.Signer(salt="opportunities.api.cursor")


def cursor_to(search: Search, **place: str) -> str:
    """Return the cursor of a place in what ``search`` finds: of the page ``after`` or ``before`` it."""
    return str(CURSORS.sign_object([_mark(search), place]))


def place_of(cursor: str, search: Search) -> dict[str, str]:
    """Return what :func:`cursor_to` was told. Raises ``Refusal`` for a cursor of another search, or of nobody."""
    if not cursor:
        return {}
    try:
        mark, place = CURSORS.unsign_object(cursor)
    except Exception:  # noqa: BLE001 - a stranger's bytes: decoding may fail in many ways
        raise Refusal.of("cursor", "No page of ours gave this cursor. Begin without one.") from None
    if mark != _mark(search):
        raise Refusal.of("cursor", "This cursor belongs to another search. Begin without one.")
    return dict(place)


def _mark(search: Search) -> str:
    return sha256(search.query_string().encode()).hexdigest()[:12]


# --- Places in the log ----------------------------------------------------------------------------


def cursor_at(sequence: int) -> str:
    """Return the cursor of whoever has read the log up to ``sequence``. Good for ever."""
    return urlsafe_b64encode(f"log-{sequence}".encode()).decode().rstrip("=")


def sequence_of(cursor: str) -> int:
    """Return how far the log is read, 0 for no cursor. Raises ``Refusal`` for any that is none of ours."""
    if not cursor:
        return 0
    try:
        said = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        said = ""
    match = re.fullmatch(r"log-([0-9]{1,18})", said)
    if match is None or cursor_at(int(match[1])) != cursor:
        raise Refusal.of("cursor", "No page of ours gave this cursor. Begin without one.")
    return int(match[1])


def pairs(**given: Any) -> list[tuple[str, str]]:
    """Return what is given, as names and values of an address."""
    return [(name, str(value)) for name, value in given.items() if value]


def log_page(name: str, limit: int, sequence: int) -> str:
    """Return the address of the page of the log behind ``sequence``."""
    others = pairs(limit=limit if limit != ROWS else None)
    return f"{address(name)}?{urlencode([*others, ('cursor', cursor_at(sequence))])}"
