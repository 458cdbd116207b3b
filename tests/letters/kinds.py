"""Every kind of letter: made by what makes it in the portal, and taken from the mail server that it was sent to."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation.trans_real import DjangoTranslation

from accounts.composing import ASKED, CODES, NOTICES, OPENED, post_letter
from alerts import actions as alert_actions
from alerts import ticking
from alerts.choices import Kind
from alerts.composing.words import FORMS
from alerts.models import Subscriber
from letters.sending import send_due
from opportunities import actions as desk
from opportunities.publishing import Award
from opportunities.search import Search
from tests.factories import StaffFactory, VendorFactory, holding, subscribe
from tests.journeys.house import LONG, amended, everything_known, listed
from tests.mailserver import MailServer
from vendors import actions as vendor_actions
from vendors import composing as vendor_composing
from vendors.models import RegisterMatch
from vendors.requirements.certification import CITY_CERTIFICATION
from vendors.requirements.pip import ORDERING_EMAIL

READER = "reader@vendor.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DISPLAYS = Search(text="courtroom displays", words=("courtroom", "display"))
# The City's ten languages, each by the beginning of the Universal Declaration of Human Rights.
LANGUAGES = {
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق وقد وهبوا عقلا وضميرا",
    "bn": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে তাঁদের বিবেক এবং বুদ্ধি আছে",
    "es": "todos los seres humanos nacen libres e iguales en dignidad y derechos y dotados como están de razón y conciencia",
    "fr": "tous les êtres humains naissent libres et égaux en dignité et en droits ils sont doués de raison et de conscience",
    "ht": "tout moun fèt lib egal ego pou diyite kou wè dwa nou gen la rezon ak la konsyans",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다 인간은 천부적으로 이성과 양심을 부여받았으며",
    "pl": "wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw są oni obdarzeni rozumem i sumieniem",
    "ru": "все люди рождаются свободными и равными в своем достоинстве и правах они наделены разумом и совестью",
    "ur": "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں انہیں ضمیر اور عقل ودیعت ہوئی ہے",
    "zh-hans": "人人生而自由 在尊严和权利上一律平等 他们赋有理性和良心 并应以兄弟关系的精神相对待",
}
# What is not translated in a text: a place for a value, a mark, an entity.
KEPT = re.compile(r"(%(?:\(\w+\))?\w|%%|{\w*}|&\w+;|<[^>]+>|^.+\x04)")
WORD = re.compile(r"[A-Za-z’]+")


@dataclass(frozen=True)
class Scene:
    """What happens around one letter: ``moment`` is its time, ``language`` its reader's."""

    moment: datetime
    language: str

    def asks(
        self, search: Search | None = None, *, confirmed: bool = True, ago: timedelta = 9 * DAY
    ) -> Subscriber:
        """Let the reader ask to be told of everything, and of every kind of news."""
        wish = subscribe(READER, search, confirmed=confirmed, moment=self.moment - ago)
        alert_actions.change_kinds(wish, list(Kind))
        Subscriber.objects.filter(pk=wish.subscriber_id).update(language=self.language)
        return wish.subscriber

    def tick(self, *, ago: timedelta = timedelta()) -> None:
        ticking.tick(clock=lambda: self.moment - ago)

    def owns_a_business(self) -> Any:
        business = VendorFactory.create(name="Harbor Boards & Sons", at=self.moment)
        owner = business.memberships.get()
        owner.language, owner.user.email = self.language, READER
        owner.save()
        owner.user.save()
        return business


Happening = Callable[[Scene], object]
KINDS: dict[str, Happening] = {}


def kind(name: str) -> Callable[[Happening], Happening]:
    """Register what leads to a letter: the last one to the reader after it has happened."""

    def register(happening: Happening) -> Happening:
        KINDS[name] = happening
        return happening

    return register


@kind("alerts-confirm")
def confirm(scene: Scene) -> None:
    scene.asks(DISPLAYS, confirmed=False)


@kind("alerts-manage")
def manage(scene: Scene) -> None:
    scene.asks(DISPLAYS)
    scene.asks()
    alert_actions.ask_for_link(READER, moment=scene.moment)


@kind("alerts-already-open")
def already_open(scene: Scene) -> None:
    everything_known(scene.moment)
    scene.tick()
    scene.asks(ago=HOUR)


@kind("alerts-new")
def new(scene: Scene) -> None:
    scene.asks(DISPLAYS)
    listed(title="Courtroom Display Boards")


@kind("alerts-opened")
def opened(scene: Scene) -> None:
    scene.asks()
    everything_known(scene.moment + DAY - HOUR)
    scene.tick(ago=2 * HOUR)


@kind("alerts-closing")
def closing(scene: Scene) -> None:
    scene.asks()
    everything_known(scene.moment - 8 * DAY)
    scene.tick(ago=8 * DAY)


@kind("alerts-changed")
def changed(scene: Scene) -> None:
    scene.asks()
    boards = everything_known(scene.moment)
    scene.tick()
    amended(boards, StaffFactory.create(), scene.moment)


@kind("alerts-cancelled")
def cancelled(scene: Scene) -> None:
    scene.asks()
    scales = listed(title="Mail Room Scales")
    scene.tick()
    desk.cancel(scales, reason="The need ended.", by=None, moment=scene.moment)


@kind("alerts-awarded")
def decided(scene: Scene) -> None:
    scene.asks()
    reporting = listed(
        title="Court Reporting", opens_at=scene.moment - 20 * DAY, due_at=scene.moment - DAY
    )
    scene.tick(ago=2 * DAY)
    award = Award("Example Reporting, Inc.", Decimal(84500), timezone.localdate(scene.moment))
    desk.award(reporting, award, by=None, moment=scene.moment)


@kind("alerts-several")
def several(scene: Scene) -> None:
    """Three new, one changed and one cancelled, in one letter."""
    scene.asks()
    boards, scales = everything_known(scene.moment), listed(title="Mail Room Scales")
    scene.tick()
    amended(boards, StaffFactory.create(), scene.moment)
    desk.cancel(scales, reason="The need ended.", by=None, moment=scene.moment)
    for title in ("Smartboards", LONG, "Écrans, 65″ (“4K”)"):
        listed(title=title)


@kind("alerts-more-than-shown")
def more_than_shown(scene: Scene) -> None:
    scene.asks()
    for number in range(52):
        listed(title=f"Office Chairs {number}")


def about_account(event: str, scene: Scene) -> None:
    post_letter(event, to=READER, code="BCDF-GHJK", language=scene.language, moment=scene.moment)


for name in (*CODES, *ASKED, *NOTICES, OPENED):
    KINDS[f"accounts-{name.replace('_', '-')}"] = partial(about_account, name)


@kind("vendors-invitation")
def invitation(scene: Scene) -> None:
    business = VendorFactory.create(name="Harbor Boards & Sons")
    owner = business.memberships.get().user
    with translation.override(scene.language):
        vendor_actions.invite(business, READER, role="member", by=owner, moment=scene.moment)


@kind("vendors-lapsing")
def lapsing(scene: Scene) -> None:
    ends(scene, {CITY_CERTIFICATION.key: 30})


@kind("vendors-looking-again")
def looking_again(scene: Scene) -> None:
    ends(scene, {ORDERING_EMAIL.key: 7})


@kind("vendors-several-lapsing")
def several_lapsing(scene: Scene) -> None:
    ends(scene, {CITY_CERTIFICATION.key: 30, ORDERING_EMAIL.key: 7})


def ends(scene: Scene, days: dict[str, int]) -> None:
    business, today = scene.owns_a_business(), timezone.localdate(scene.moment)
    for key, left in days.items():
        holding(business, key, at=scene.moment, expires_on=today + left * DAY)
    vendor_actions.remind(moment=scene.moment)


@kind("vendors-off-the-list")
def off_the_list(scene: Scene) -> None:
    match = RegisterMatch.objects.create(
        vendor=scene.owns_a_business(), name_key="h", listed_name="H", suggested_at=scene.moment
    )
    day = timezone.localdate(scene.moment)
    vendor_composing.off_the_list(match, listed_on=day, moment=scene.moment)


def sent(name: str, server: MailServer, *, language: str = "en") -> bytes:
    """Return a letter of that kind as the mail server got it. The database is left as it was."""
    cache.clear()
    FORMS.clear()
    with transaction.atomic():
        scene = Scene(timezone.now(), language)
        KINDS[name](scene)
        scene.tick()
        while send_due(clock=lambda: scene.moment):
            pass
        transaction.set_rollback(True)
    (*_earlier, letter) = [each for each in server.received if each.recipients == [READER]]
    server.received.clear()
    return letter.content


@contextmanager
def as_if_translated() -> Iterator[None]:
    """Let every text of the portal be as long as it is, in the words of its language; one day catalogues do it."""

    def said(self: Any, message: str) -> str:
        if self.language() not in LANGUAGES:
            return message
        words = cycle(LANGUAGES[self.language()].split())
        return "".join(
            piece if KEPT.fullmatch(piece) else WORD.sub(lambda _word: next(words), piece)
            for piece in KEPT.split(message)
        )

    def counted(self: Any, one: str, many: str, number: int) -> str:
        return said(self, one if number == 1 else many)

    with patch.multiple(DjangoTranslation, gettext=said, ngettext=counted):
        yield
