"""Daily, weekly, paused: what is owed waits for its slot, and nothing falls between or comes twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from alerts import actions
from alerts.choices import EndedBecause, Frequency, Kind, Reason
from alerts.models import Match, Occasion, Subscriber
from alerts.slots import next_letter_at
from letters.models import Letter
from opportunities import actions as desk
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.post import part, path_of, tick
from tests.factories import OpportunityFactory, subscribe

NEW_YORK = ZoneInfo("America/New_York")
READER = "reader@example.com"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


def new_york(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("frequency", "weekday", "hour", "after", "slot"),
    [
        ("daily", 0, 8, new_york(2027, 1, 12, 7, 59), new_york(2027, 1, 12, 8)),
        ("daily", 0, 8, new_york(2027, 1, 12, 8), new_york(2027, 1, 13, 8)),
        ("daily", 0, 0, new_york(2027, 1, 12, 23, 59), new_york(2027, 1, 13)),
        ("weekly", 1, 8, new_york(2027, 1, 12, 7), new_york(2027, 1, 12, 8)),  # a Tuesday
        ("weekly", 1, 8, new_york(2027, 1, 12, 8), new_york(2027, 1, 19, 8)),
        ("weekly", 0, 8, new_york(2027, 1, 12, 8), new_york(2027, 1, 18, 8)),
        # On 14 March 2027 there is no 2 o'clock, on 7 November there are two hours that begin at 1.
        ("daily", 0, 2, new_york(2027, 3, 13, 12), new_york(2027, 3, 14, 3)),
        ("daily", 0, 2, new_york(2027, 3, 14, 3), new_york(2027, 3, 15, 2)),
        ("daily", 0, 1, new_york(2027, 11, 7, 0), datetime(2027, 11, 7, 5, tzinfo=UTC)),
        ("daily", 0, 1, datetime(2027, 11, 7, 5, tzinfo=UTC), new_york(2027, 11, 8, 1)),
        ("daily", 0, 8, new_york(2027, 11, 6, 8), new_york(2027, 11, 7, 8)),
        ("same-day", 0, 8, new_york(2027, 1, 12), None),
    ],
)
def test_the_next_slot_is_an_hour_of_new_york(frequency, weekday, hour, after, slot):
    found = next_letter_at(frequency, weekday=weekday, hour=hour, paused_until=None, after=after)

    assert found == slot


@pytest.mark.parametrize("hour", [0, 1, 2, 3, 8])
def test_every_day_of_ten_years_has_one_slot(hour):
    slot, days = new_york(2026, 1, 1), []
    while slot < new_york(2036, 1, 1):
        found = next_letter_at("daily", weekday=0, hour=hour, paused_until=None, after=slot)
        assert found
        slot = found
        days.append(slot.astimezone(NEW_YORK).date())

    assert days[:-1] == [date(2026, 1, 1) + n * DAY for n in range(0 if hour else 1, 3652)]


def daily(moment, search=None, **facts):
    wish = subscribe(READER, search or Search(), moment=moment)
    return actions.change(wish.subscriber, frequency=Frequency.DAILY, moment=moment, **facts)


def titles(letters):
    return [
        sorted(line for line in part(letter, "plain").splitlines() if line.startswith("Purchase "))
        for letter in letters
    ]


def listed(name, **facts):
    return OpportunityFactory.create(title=f"Purchase {name}", published=True, **facts)


@pytest.mark.django_db
def test_a_daily_letter_comes_once_a_day_with_everything_and_never_empty(noon):
    daily(noon)
    listed("one", at=noon)
    listed("two", at=noon + HOUR)
    morning = noon + 20 * HOUR

    assert tick(noon + 2 * HOUR) == tick(morning - MINUTE) == []
    assert titles(tick(morning)) == [["Purchase one", "Purchase two"]]
    assert tick(morning) == tick(morning + DAY) == []
    listed("three", at=morning + DAY)
    assert titles(tick(morning + 2 * DAY)) == [["Purchase three"]]


@pytest.mark.django_db
@pytest.mark.parametrize("hour", [1, 2])
@pytest.mark.parametrize("night", [date(2027, 3, 14), date(2027, 11, 7)])
def test_the_nights_on_which_clocks_change_bring_one_letter_each(noon, night, hour):
    daily(noon, hour=hour)
    came = []
    for day in (night - DAY, night, night + DAY):
        midnight = new_york(day.year, day.month, day.day).astimezone(UTC)
        listed(str(day), at=midnight - HOUR)
        for hours in range(6):  # as they pass, and not as clocks show them
            came += [day for _letter in tick(midnight + hours * HOUR)]

    assert came == [night - DAY, night, night + DAY]


@pytest.mark.django_db
def test_a_job_that_was_down_for_a_week_loses_nothing_and_repeats_nothing(noon):
    daily(noon)
    for day in range(5):
        listed(str(day), at=noon + day * DAY)

    assert titles(tick(noon + 7 * DAY)) == [[f"Purchase {day}" for day in range(5)]]
    assert tick(noon + 7 * DAY) == tick(noon + 8 * DAY) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "comes"),
    [
        ({"frequency": Frequency.SAME_DAY}, timedelta()),
        ({"hour": 13}, HOUR),
        ({"frequency": Frequency.WEEKLY, "weekday": 3}, 2 * DAY - 4 * HOUR),
    ],
)
def test_what_waits_when_the_frequency_changes_comes_in_the_next_slot(noon, change, comes):
    subscriber = daily(noon)
    listed("one", at=noon)
    tick(noon)
    actions.change(subscriber, moment=noon, **change)

    assert comes == timedelta() or tick(noon + comes - MINUTE) == []
    assert titles(tick(noon + comes)) == [["Purchase one"]]
    assert tick(noon + 8 * DAY) == []


@pytest.mark.django_db
@pytest.mark.parametrize("frequency", [Frequency.SAME_DAY, Frequency.DAILY])
def test_a_pause_keeps_what_comes_up_for_one_letter_at_its_end(noon, frequency):
    subscriber = subscribe(READER, moment=noon).subscriber
    actions.change(subscriber, frequency=frequency, moment=noon)
    listed("one", at=noon)
    actions.pause_until(subscriber, date(2027, 1, 20), moment=noon)
    listed("two", at=noon + DAY)
    end = new_york(2027, 1, 20, 8 if frequency == Frequency.DAILY else 0)

    assert tick(noon) == tick(noon + 2 * DAY) == tick(end - MINUTE) == []
    assert titles(tick(end)) == [["Purchase one", "Purchase two"]]
    listed("three", at=end)
    assert titles(tick(end + DAY)) == [["Purchase three"]]


@pytest.mark.django_db
def test_a_pause_can_be_ended_early(noon):
    subscriber = subscribe(READER, moment=noon).subscriber
    actions.pause_until(subscriber, date(2027, 3, 1), moment=noon)
    listed("one", at=noon)
    tick(noon)
    actions.pause_until(subscriber, None, moment=noon + HOUR)

    assert titles(tick(noon + HOUR)) == [["Purchase one"]]


@pytest.mark.django_db
def test_fifty_one_purchases_are_all_told_and_the_last_is_behind_a_link(noon, client):
    subscribe(READER, moment=noon)
    for number in range(51):
        listed(f"{number:02}", at=noon)

    (letter,) = tick(noon)
    page = client.get(path_of(letter, "told"))

    assert len(titles([letter])[0]) == 50
    assert "And 1 more" in part(letter, "plain")
    assert "And 1 more" in part(letter, "html")
    assert letter["Subject"].startswith("51 purchases for you:")
    assert page.content.decode().count("Purchase ") == 51
    assert Match.objects.exclude(letter=None).count() == 51


@pytest.mark.django_db
def test_what_is_open_comes_once_after_confirming_marked_as_such(noon):
    listed("open", opens_at=noon - DAY, at=noon - 2 * DAY)
    listed("coming", at=noon - 2 * DAY)
    tick(noon)
    subscribe(READER, moment=noon)

    (letter,) = tick(noon)

    assert letter["Subject"] == "Open now: Purchase open"
    assert "ALREADY OPEN" in part(letter, "plain")
    assert tick(noon + HOUR) == []


@pytest.mark.django_db
def test_reminders_come_to_who_asked_for_them_7_and_2_days_before_each_deadline(noon):
    wish = subscribe(READER, moment=noon)
    actions.change_kinds(wish, set(Kind))
    subscribe("other@example.com", moment=noon)
    purchase = listed("a", opens_at=noon + HOUR, due_at=noon + 10 * DAY, at=noon)
    tick(noon)
    opened = tick(noon + HOUR)
    seven = [tick(noon + 3 * DAY - MINUTE), tick(noon + 3 * DAY), tick(noon + 4 * DAY)]
    two = [tick(noon + 8 * DAY - MINUTE), tick(noon + 8 * DAY), tick(noon + 9 * DAY)]
    moved = Opportunity.objects.get(pk=purchase.pk)
    desk.extend(moved, noon + 15 * DAY, by=None, moment=noon + 9 * DAY)
    changed = tick(noon + 9 * DAY)
    again = tick(noon + 13 * DAY)

    assert sorted(letter["To"] for letter in opened) == ["other@example.com", READER]
    assert [[letter["Subject"] for letter in some] for some in seven + two] == [
        [], ["Closing soon: Purchase a"], [], [], ["Closing soon: Purchase a"], [],
    ]  # fmt: skip
    assert [letter["Subject"] for letter in changed] == ["Changed: Purchase a"] * 2
    # Six days before the new deadline they were told of it: only the two days are left to remind of.
    assert [letter["Subject"] for letter in again] == ["Closing soon: Purchase a"]
    assert Occasion.objects.filter(matched_at=None).count() == 0


@pytest.mark.django_db
def test_the_last_reminder_does_not_wait_for_a_weekly_letter(noon):
    wish = subscribe(READER, moment=noon)
    actions.change_kinds(wish, set(Kind))
    actions.change(wish.subscriber, frequency=Frequency.WEEKLY, weekday=0, moment=noon)
    listed("a", opens_at=noon, due_at=noon + 4 * DAY, at=noon)
    tick(noon)

    (letter,) = tick(noon + 2 * DAY)

    assert letter["Subject"] == "Closing soon: Purchase a"
    assert {match.waits for match in Match.objects.filter(reason=Reason.NEW)} == {True}


@pytest.mark.django_db
def test_a_cancellation_does_not_wait_for_a_weekly_letter(noon):
    wish = subscribe(READER, moment=noon)
    actions.change(wish.subscriber, frequency=Frequency.WEEKLY, weekday=0, hour=8, moment=noon)
    monday = new_york(2027, 1, 18, 8)
    dates = {"opens_at": noon, "due_at": noon + 30 * DAY}
    told, waiting = (listed(name, at=noon, **dates) for name in ("told", "waiting"))
    assert len(tick(monday)) == 1
    unheard_of = listed("unheard of", at=monday + HOUR)
    for purchase in (told, unheard_of):
        purchase.refresh_from_db()
        desk.cancel(purchase, reason="No need.", by=None, moment=monday + 2 * HOUR)
    desk.extend(waiting, due_at=waiting.due_at + DAY, by=None, moment=monday + 2 * HOUR)

    (letter,) = tick(monday + 2 * HOUR)
    (next_one,) = tick(monday + 7 * DAY)

    assert letter["Subject"] == "Cancelled: Purchase told"
    assert "unheard of" not in part(letter, "plain")
    assert next_one["Subject"] == "Changed: Purchase waiting"
    assert not Match.objects.filter(revision__opportunity=unheard_of).exists()


@pytest.mark.django_db
def test_a_cancellation_waits_for_the_end_of_a_pause(noon):
    wish = subscribe(READER, moment=noon)
    purchase = listed("a", at=noon)
    tick(noon)
    actions.pause_until(wish.subscriber, date(2027, 1, 20), moment=noon)
    purchase.refresh_from_db()
    desk.cancel(purchase, reason="No need.", by=None, moment=noon + HOUR)

    assert tick(noon + HOUR) == []
    assert [letter["Subject"] for letter in tick(new_york(2027, 1, 20))] == [
        "Cancelled: Purchase a"
    ]


@pytest.mark.django_db
def test_who_wants_outcomes_only_hears_of_nothing_else(noon):
    wish = subscribe(READER, moment=noon)
    actions.change_kinds(wish, {Kind.OUTCOME})
    purchase = listed("a", at=noon)
    assert tick(noon) == []
    desk.cancel(purchase, reason="No need.", by=None, moment=noon + HOUR)

    assert [letter["Subject"] for letter in tick(noon + HOUR)] == ["Cancelled: Purchase a"]


@pytest.mark.django_db
def test_stopping_and_undoing_that_loses_nothing(noon):
    wish = subscribe(READER, Search.from_query(QueryDict("q=purchase")), moment=noon)
    listed("one", at=noon)
    tick(noon)
    listed("two", at=noon + HOUR)
    actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon + HOUR)
    listed("three", at=noon + 2 * HOUR)
    assert tick(noon + 2 * HOUR) == []

    assert [actions.resume([wish.pk], moment=noon + 3 * HOUR) for _ in range(2)] == [1, 0]

    # The letter about the first was written, but not sent when it was taken back.
    assert titles(tick(noon + 3 * HOUR)) == [["Purchase one", "Purchase three", "Purchase two"]]
    assert tick(noon + 4 * HOUR) == []


@pytest.mark.django_db
def test_what_stood_open_is_told_to_who_stopped_before_their_first_letter_went(noon):
    listed("one", opens_at=noon - HOUR, at=noon - DAY)
    tick(noon)
    wish = subscribe(READER, moment=noon)
    (first,) = tick(noon)

    for hours in (1, 2):
        actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon + hours * HOUR)
        actions.resume([wish.pk], moment=noon + hours * HOUR)
        written = tick(noon + hours * HOUR)
        Letter.objects.filter(state="ready").update(state="sent", finished_at=noon)
        assert titles(written) == [["Purchase one"]][: 2 - hours]
    assert "ALREADY OPEN" in part(first, "plain")


@pytest.mark.django_db
@pytest.mark.parametrize("stopped", ["before", "after"])
@pytest.mark.parametrize(
    ("opens", "closes", "said"), [(-8, 7, "CLOSES WITHIN 7 DAYS"), (0, 9, "OPENING")]
)
def test_what_the_clock_brings_to_who_has_stopped_is_told_when_they_go_on(
    noon, stopped, opens, closes, said
):
    wish = subscribe(READER, moment=noon - 9 * DAY)
    actions.change_kinds(wish, {Kind.CLOSING, Kind.OPENED})
    listed("one", at=noon - 9 * DAY, opens_at=noon + opens * DAY, due_at=noon + closes * DAY)
    tick(noon - 2 * HOUR)
    Letter.objects.update(state="sent", finished_at=noon)

    moment = noon + (HOUR if stopped == "after" else -HOUR)
    first = tick(noon) if stopped == "after" else []
    actions.stop([wish.pk], because=EndedBecause.LETTER, moment=moment)
    tick(noon)
    actions.resume([wish.pk], moment=noon + 2 * HOUR)
    letters = [first, tick(noon + 2 * HOUR), tick(noon + 3 * HOUR)]

    assert [*map(len, letters)] == [int(stopped == "after"), 1, 0]
    assert said in part(letters[1][0], "plain")


@pytest.mark.django_db
def test_what_the_clock_brought_and_no_longer_holds_is_told_to_nobody_who_goes_on(noon):
    early = {"at": noon - 9 * DAY, "opens_at": noon - 9 * DAY}
    wish = subscribe(READER, moment=noon - 9 * DAY)
    actions.change_kinds(wish, {Kind.NEW, Kind.CLOSING})
    moved = listed("moved", due_at=noon + 7 * DAY, **early)
    listed("over", due_at=noon + 12 * HOUR, **early)
    tick(noon - 9 * DAY)
    Letter.objects.update(state="sent", finished_at=noon)
    actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon - HOUR)
    listed("late", due_at=noon + 3 * DAY, at=noon, opens_at=noon)
    tick(noon)
    desk.extend(moved, noon + 30 * DAY, by=None, moment=noon + HOUR)

    actions.resume([wish.pk], moment=noon + DAY)

    assert Occasion.objects.filter(reason__startswith="closing").count() == 3
    (letter,) = tick(noon + DAY)
    assert titles([letter]) == [["Purchase late"]]
    assert "CLOSES" not in part(letter, "plain")  # who hears of it hears of its deadline


@pytest.mark.django_db
def test_forget_me_leaves_no_address_behind(noon):
    wish = subscribe(READER, moment=noon)
    listed("one", at=noon)
    tick(noon)

    assert actions.forget_me(wish.subscriber, moment=noon)
    assert not Subscriber.objects.exists()
