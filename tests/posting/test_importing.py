"""Files become drafts: each purchase once, whole or not at all, whatever happens meanwhile."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, IntegrityError
from django.utils import timezone

from opportunities import actions, importing
from opportunities.choices import ImportState
from opportunities.importing import storing, working
from opportunities.models import ImportPart, ImportRow, ImportRun, Opportunity, Origin, Revision
from opportunities.querysets import OpportunityQuerySet
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, StaffFactory
from tests.posting.files import HOSTILE, PLAN, RFX, TWELVE, plan, workbook
from tests.posting.test_desk import desk, said, sign_in

__all__ = ["desk", "sign_in"]

pytestmark = pytest.mark.django_db

ADD = "/admin/opportunities/importrun/add/"
LAW1 = "FY27NLaw1,Law Department,Chairs,Task Order,Goods,1,1000"


def received(content, name="plan.csv", kind="plan", **more):
    return importing.receive(
        BytesIO(content), name, importing.KINDS[kind], by=None, moment=timezone.now(), **more
    )


def checked(content, **more):
    return importing.finish_now(received(content, **more))


def imported(content, **more):
    run = checked(content, **more)
    importing.start(run, by=None, moment=timezone.now())
    return importing.finish_now(run)


def titles(*lines):
    return imported("\n".join(lines).encode(), name="Pasted", kind="titles")


def words(run):
    return [(row.number, row.verdict, row.words) for row in run.rows.order_by("number")]


# --- The department's list --------------------------------------------------------------------------


def test_the_twelve_pasted_make_12_drafts_and_again_none(noon):
    first, again = titles(*TWELVE), titles(*TWELVE)

    assert (first.counts, again.counts) == ({"create": 12}, {"same": 12})
    assert list(Opportunity.objects.order_by("pk").values_list("title", flat=True)) == TWELVE
    assert set(Opportunity.objects.values_list("stage", "method")) == {
        ("draft", "mwbe-small-purchase")
    }
    assert Revision.objects.count() == 0


def test_a_known_title_brings_our_own_reading_of_it(noon):
    titles("Smartboards", "Something else")

    known, other = Opportunity.objects.order_by("pk")
    assert (getattr(known.naics, "code", ""), known.classification_is_inferred) == (
        "423430",
        True,
    )
    assert known.internal_notes.endswith("how sure: medium to high.")
    assert (other.naics, other.industry) == (None, "goods")


def test_a_title_is_known_whatever_its_capitals_and_points(noon):
    OpportunityFactory.create(title="Smart-Boards.", published=True)

    run = titles("SMART BOARDS", "smart boards", "…")

    assert words(run) == [
        (1, "same", "It is here and public."),
        (2, "skipped", "Row 1 has it already."),
        (3, "skipped", "There are no words in it."),
    ]


def test_the_title_of_what_is_decided_is_the_next_round(noon):
    earlier = OpportunityFactory.create(title="Smartboards", published=True)
    actions.cancel(earlier, reason="No need.", by=None, moment=noon)

    assert titles("Smartboards").counts == {"create": 1}


# --- Plans ------------------------------------------------------------------------------------------


def test_the_real_plan_makes_24_drafts_leaves_three_rows_out_and_again_none(noon):
    first, again = imported(PLAN.read_bytes()), imported(PLAN.read_bytes())

    assert first.counts == {"create": 24, "skipped": 3}
    assert again.counts == {"same": 24, "skipped": 3}
    assert Opportunity.objects.filter(stage="draft").count() == 24
    assert words(first)[0][2].endswith("The plan says $45,000,000, surely a typing error. Ask.")
    assert words(first)[-1] == (28, "skipped", "“$200K or Below” is no plan id: the workbook’s footer?")  # fmt: skip
    network = Opportunity.objects.get(origins__key="plan:FY27NLaw1")
    assert (network.value_max, network.stage) == (None, "draft")
    assert network.internal_notes == "The plan says $45,000,000, surely a typing error. Ask."


def test_what_the_command_has_published_the_desk_knows(noon):
    from django.core.management import call_command

    call_command("load_plan", PLAN)

    assert imported(PLAN.read_bytes()).counts == {"same": 24, "skipped": 3}


def test_the_ll63_plan_is_known_by_its_headings_in_a_workbook(noon):
    run = imported(
        workbook(
            ["Standard and professional services"],
            ["Plan ID #", "Agency", "Description", "Anticipated start", "Anticipated end", "Anticipated Procurement Method", "Anticipated Fiscal Quarter", "Job Titles", "Head-count"],
            ["FY27NLaw30", "Law Department", "Court reporting", "1/1/2027", "12/31/2027", "Task Order", "Q3", "None", 0],
        ),
        name="plan.xlsx",
    )  # fmt: skip

    made = Opportunity.objects.get()
    assert run.counts == {"create": 1}
    assert made.source == "City plan (LL63) for fiscal year 2027, FY27NLaw30"
    assert str(made.expected).startswith("January 2027 to March 2027")
    assert "does not say whether" in made.internal_notes


def test_a_draft_takes_what_the_file_has_changed(noon):
    imported(plan(LAW1))

    run = imported(plan(LAW1.replace(",1000", ",2000")))

    assert words(run) == [(2, "change", "Estimated value: $1,000 → $2,000.")]
    assert Opportunity.objects.get().value_max == 2000
    assert imported(plan(LAW1.replace(",1000", ",2000"))).counts == {"same": 1}


def test_what_staff_have_changed_stays_until_they_decide(noon):
    imported(plan(LAW1))
    Opportunity.objects.update(title="Ergonomic chairs", value_min=5, value_max=5)

    same, other = imported(plan(LAW1)), imported(plan(LAW1.replace(",1000", ",2000")))

    assert same.counts == {"same": 1}
    assert words(other) == [(2, "differs", "It is here as a draft. Estimated value: $5 → $2,000.")]
    assert Opportunity.objects.get().value_max == 5


def test_what_is_public_is_never_changed_by_a_file(noon):
    imported(plan(LAW1))
    actions.publish(Opportunity.objects.get(), by=None, moment=noon)

    run = imported(plan(LAW1.replace("Chairs", "Tables")))

    assert words(run) == [(2, "differs", "It is here and public. Title: Chairs → Tables.")]
    assert (Opportunity.objects.get().title, Revision.objects.count()) == ("Chairs", 1)


def test_what_happened_between_the_check_and_the_button_is_looked_at_again(noon):
    run = checked(plan(LAW1, "FY27NLaw2,Law Department,Tables,Task Order,Goods,1,1000"))
    imported(plan(LAW1))

    importing.start(run, by=None, moment=noon)
    run = importing.finish_now(run)

    assert run.counts == {"same": 1, "create": 1}
    assert Opportunity.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("FY27NLaw2,Law Department,Chairs,Task Order,Goods,1,96000000000000", "$96,000,000,000,000 is more than $1 billion"),
        ("FY27NLaw2,Law Department,Chairs,Task Order,Goods,1,NaN", "no amount"),
        ("FY27NLaw2,Law Department,Chairs,Task Order,Goods,1,1e100", "no amount"),  # 1e999999999 takes all memory to write out
        ("FY27NLaw2,Law Department,Chairs,Task Order,Goods,1,-5", "no amount"),
        ("FY27NLaw2,Law Department,=HYPERLINK(),Task Order,Goods,1,5", "begins like a formula"),
        ("FY27NLaw2,Law Department,Chairs,Task Order,Furniture,1,5", "industry “Furniture” is not known"),
        ("FY27NLaw2,Law Department,Shelters,MWBE Non Competitive Small Purchase,Human/Client Services,1,5", "not be used for human services"),
    ],
)  # fmt: skip
def test_one_refused_row_and_nothing_is_imported(noon, row, why):
    run = checked(plan(LAW1, row))

    assert (run.state, run.counts) == (ImportState.REFUSED, {"create": 1, "refused": 1})
    assert why in words(run)[1][2]
    assert not importing.start(run, by=None, moment=noon)
    assert not Opportunity.objects.exists()


def test_years_that_stand_for_no_date_are_refused_by_name(noon):
    headings, row = (
        f"{RFX}\n".encode(),
        "1,02527Y0001,02527Y0001-Chairs,LAW DEPARTMENT,Goods,Released,1/5/2027 9:00:00 AM,12/31/2099 12:00:00 AM,,RFI (M/WBE)",
    )

    run = imported(headings + row.encode(), kind="rfx", name="rfx.csv")

    assert words(run)[0][2].endswith(
        "12/31/2099 12:00:00 AM is refused: the year stands for “no date” in City files."
    )
    assert Opportunity.objects.get().due_at is None


# --- PASSPort's table -------------------------------------------------------------------------------


def test_passports_table_gives_what_the_department_has_ahead(noon):
    rows = [
        ["7", "b1", "p", "Goods", "02527Y0385", "02527Y0385-Posit Connect", "LAW DEPARTMENT", "Released", "1/5/2027 12:00:00 AM", "1/19/2027 2:00:00 PM", "Software", "RFI (M/WBE)"],
        ["8", "b2", "p", "Goods", "02527Y0386", "02527Y0386-Old", "LAW DEPARTMENT", "Closed", "", "", "", "RFI (M/WBE)"],
        ["9", "b3", "p", "Goods", "85827B0001", "85827B0001-Salt", "SANITATION", "Released", "", "", "", "Competitive Sealed Bid"],
    ]  # fmt: skip
    script = ("\ufeffvar public_rfx_data = " + str(rows).replace("'", '"') + ";").encode()

    first = imported(script, kind="rfx", name="rfxData.js")
    again = imported(script, kind="rfx", name="rfxData.js")

    made = Opportunity.objects.get()
    assert (first.counts, again.counts) == ({"create": 1, "skipped": 2}, {"same": 1, "skipped": 2})
    assert (made.title, made.method, made.solicitation_epin, made.passport_rfx_id) == (
        "Posit Connect",
        "mwbe-small-purchase",
        "02527Y0385",
        "7",
    )
    assert timezone.localtime(made.due_at).strftime("%m/%d %H:%M") == "01/19 14:00"
    assert made.internal_notes == "PASSPort’s main commodity: Software. Choose it in the form."


def test_a_purchase_is_known_by_its_epin(noon):
    OpportunityFactory.create(title="Posit", solicitation_epin="02527Y0385", published=True)
    row = "7,02527Y0385,02527Y0385-Posit Connect,LAW DEPARTMENT,Goods,Planned,,,,RFI (M/WBE)"

    run = imported(f"{RFX}\n{row}".encode(), kind="rfx", name="rfx.csv")

    assert run.counts == {"differs": 1}
    assert "Title: Posit → Posit Connect." in words(run)[0][2]


# --- A worker dies ----------------------------------------------------------------------------------


def test_a_worker_killed_after_any_step_is_followed_by_another_that_finishes(noon, monkeypatch):
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 5)
    monkeypatch.setattr(working, "ROWS_AT_ONCE", 5)
    run, moment, steps = received(PLAN.read_bytes()), noon, 0
    while not ImportRun.objects.get().is_over:
        importing.start(run, by=None, moment=moment)
        moment += timedelta(seconds=121)
        if taken := working._take(moment):
            state = ImportRun.objects.values_list("state", flat=True).get()
            working.STEPS[state](*taken, moment)  # and dies without giving the run back
            steps += 1

    assert ImportRun.objects.get().counts == {"create": 24, "skipped": 3}
    assert Opportunity.objects.count() == Origin.objects.count() == 24
    assert steps > 10


def test_a_step_that_fails_halfway_leaves_nothing_behind(noon, monkeypatch):
    run = checked(PLAN.read_bytes())
    importing.start(run, by=None, moment=noon)

    def full(*_args, **_kwargs):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Origin.objects, "bulk_create", full)
        with pytest.raises(OSError, match="disk full"):
            importing.work()

    assert (Opportunity.objects.count(), ImportRow.objects.filter(is_applied=True).count()) == (
        0,
        0,
    )
    assert importing.finish_now(run).counts == {"create": 24, "skipped": 3}


def test_two_workers_do_not_work_at_once_and_the_slower_one_stops(noon):
    received(PLAN.read_bytes())
    first: Any = working._take(noon)

    assert working._take(noon) is None
    late = working._take(noon + timedelta(seconds=121))
    check: Any = working.STEPS["checking"]
    with pytest.raises(working.LeaseLost):
        check(*first, noon)
    assert late


@pytest.mark.parametrize("fault", [LookupError, DataError])
def test_a_file_over_which_a_worker_stumbles_does_not_stand_in_the_way(noon, monkeypatch, fault):
    first, second = received(PLAN.read_bytes()), received(plan(LAW1))
    judge = importing.KINDS["plan"].judge

    def stumble(run, rows):
        if run.pk == first.pk:
            raise fault
        return judge(run, rows)

    monkeypatch.setattr(importing.KINDS["plan"], "judge", stumble)

    assert importing.finish_now(second).state == ImportState.CHECKED
    assert "could not be read" in ImportRun.objects.get(pk=first.pk).message


def test_what_nobody_decides_about_is_dropped_after_a_week(noon):
    run = checked(PLAN.read_bytes())

    importing.forget(moment=noon + timedelta(days=7))
    assert ImportRun.objects.get().state == ImportState.CHECKED
    importing.forget(moment=noon + timedelta(days=7, seconds=1))
    assert ImportRun.objects.get().state == ImportState.DROPPED
    assert not importing.start(run, by=None, moment=noon)
    assert importing.forget(moment=noon + timedelta(days=38)) == 27
    assert ImportRun.objects.count() == 1


# --- At the desk ------------------------------------------------------------------------------------


def upload(client, content, name="plan.csv", kind="plan"):
    file = SimpleUploadedFile(name, content)
    return client.post(ADD, {"kind": kind, "file": file, "_upload": "1"}, follow=True)


def test_staff_see_what_would_happen_and_then_let_it_happen(desk):
    page = upload(desk, PLAN.read_bytes())

    assert not Opportunity.objects.exists()
    assert "Import 24 rows" in text(page)
    assert "surely a typing error" in text(page)
    done = desk.post(page.redirect_chain[-1][0], {"_start": "1"}, follow=True)
    twice = desk.post(page.redirect_chain[-1][0], {"_start": "1"})
    assert "Imported" in text(done)
    assert said(twice) == [("info", "It was decided already. Nothing changed.")]
    assert Opportunity.objects.count() == 24
    assert {str(made.created_by) for made in Opportunity.objects.all()} == {"officer@law.example"}


def test_staff_paste_a_list(desk):
    page = desk.post(
        ADD, {"titles": "\r\n".join(TWELVE), "industry": "goods", "_paste": "1"}, follow=True
    )
    desk.post(page.redirect_chain[-1][0], {"_start": "1"})

    assert Opportunity.objects.count() == 12


def test_staff_may_drop_what_they_have_seen(desk):
    page = upload(desk, PLAN.read_bytes())
    desk.post(page.redirect_chain[-1][0], {"_drop": "1"})

    assert ImportRun.objects.get().state == ImportState.DROPPED
    assert not Opportunity.objects.exists()
    assert not ImportPart.objects.exists()


@pytest.mark.parametrize(("name", "content", "why"), HOSTILE[:6] + HOSTILE[-6:])
def test_a_refused_file_says_why_and_is_not_kept(desk, name, content, why):
    page = upload(desk, content, name)
    for _bite in range(2):
        importing.work()

    run = ImportRun.objects.get()
    assert (page.status_code, run.state) == (200, ImportState.REFUSED)
    assert why in run.message or "lacks these columns" in run.message
    assert not ImportPart.objects.exists()


def test_a_large_file_is_left_to_a_worker_and_shows_how_far_it_is(desk, monkeypatch):
    from opportunities.admin import importing as pages

    monkeypatch.setattr(pages, "SMALL", 10)
    page = upload(desk, PLAN.read_bytes())
    address = page.redirect_chain[-1][0]

    assert "being read as a whole" in text(page)
    assert 'hx-trigger="every 2s"' in text(page)
    importing.work()
    live = desk.get(address.replace("change", "progress"))
    assert "Import 24 rows" in text(live)
    assert "hx-trigger" not in text(live)
    assert "<html" not in text(live)


def test_rows_are_paged_and_filtered_whatever_is_asked(desk):
    address = upload(desk, PLAN.read_bytes()).redirect_chain[-1][0]

    for query in (
        "verdict=create&page=1",
        "verdict=skipped&page=99",
        "verdict=x&page=x",
        "page=-1",
    ):
        assert desk.get(f"{address}?{query}").status_code == 200
    assert "Chairs" not in text(desk.get(f"{address}?verdict=skipped"))
    assert "footer" in text(desk.get(f"{address}?verdict=skipped"))


@pytest.mark.parametrize(
    "sent",
    [{}, {"_upload": "1"}, {"_upload": "1", "kind": "register"}, {"_paste": "1"}, {"_paste": "1", "titles": " ", "industry": "x"}],
)  # fmt: skip
def test_an_incomplete_form_is_asked_again(desk, sent):
    answer = desk.post(ADD, sent)

    assert answer.status_code == 200
    assert "errorlist" in text(answer)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("permission", "status"), [("add_opportunity", 200), ("view_opportunity", 403), (None, 403)]
)
def test_who_may_add_purchases_may_import_them(sign_in, noon, permission, status):
    run = received(PLAN.read_bytes())
    client = sign_in(*filter(None, [permission]))

    assert client.get(ADD).status_code == status
    answer = client.get(f"/admin/opportunities/importrun/{run.pk}/change/")
    assert answer.status_code == (200 if status == 200 else 404)


def test_strangers_see_nothing_of_an_import(client, noon):
    run = received(PLAN.read_bytes())

    for page in (f"{run.pk}/change/", f"{run.pk}/progress/", "add/", ""):
        assert client.get(f"/admin/opportunities/importrun/{page}").status_code == 302


def test_the_checksum_and_who_brought_it_are_kept(noon):
    from hashlib import sha256

    officer = StaffFactory.create()
    run = importing.receive(
        BytesIO(plan(LAW1)), "a/b\x00plan.csv", importing.KINDS["plan"], by=officer, moment=noon
    )

    assert (run.sha256, run.by, run.size) == (sha256(plan(LAW1)).hexdigest(), officer, len(plan(LAW1)))  # fmt: skip


def test_two_solicitations_of_one_epin_are_one_purchase(noon):
    row = "{},02527Y0385,02527Y0385-{},LAW DEPARTMENT,Goods,Released,,,,RFI (M/WBE)"
    table = "\n".join([RFX, row.format(7, "Software"), row.format(8, "Software again")]).encode()

    run = imported(table, kind="rfx", name="rfx.csv")

    assert (run.state, run.counts) == (ImportState.DONE, {"create": 1, "skipped": 1})
    assert words(run)[1][2] == "Row 2 has it already."


@pytest.mark.parametrize(
    ("release", "due", "why"),
    [
        ("1/5/2027 9:00:00 AM", "1/8/2027 2:00:00 PM", "Questions are due after responses."),
        ("1/15/2027 9:00:00 AM", "1/19/2027 2:00:00 PM", "Questions are due before it opens."),
    ],
)
def test_a_file_that_moves_dates_past_the_questions_of_a_draft_is_refused(noon, release, due, why):
    row = "7,02527Y0385,02527Y0385-Software,LAW DEPARTMENT,Goods,Released,{},{},,RFI (M/WBE)"
    as_it_was = row.format("1/5/2027 9:00:00 AM", "1/19/2027 2:00:00 PM")
    imported(f"{RFX}\n{as_it_was}".encode(), kind="rfx", name="rfx.csv")
    draft = Opportunity.objects.get()
    assert draft.due_at
    draft.questions_due_at = draft.due_at - timedelta(days=7)
    draft.save()

    run = imported(f"{RFX}\n{row.format(release, due)}".encode(), kind="rfx", name="rfx.csv")

    assert (run.state, why in words(run)[0][2]) == (ImportState.REFUSED, True)


def test_a_draft_takes_a_deadline_that_passport_has_moved(noon):
    row = "7,02527Y0385,02527Y0385-Software,LAW DEPARTMENT,Goods,Released,1/5/2027 9:00:00 AM,{},,RFI (M/WBE)"
    for due in ("1/19/2027 2:00:00 PM", "1/26/2027 2:00:00 PM"):
        run = imported(f"{RFX}\n{row.format(due)}".encode(), kind="rfx", name="rfx.csv")

    assert run.counts == {"change": 1}
    draft = Opportunity.objects.get()
    assert timezone.localtime(draft.due_at).strftime("%m/%d %H:%M") == "01/26 14:00"


def test_a_draft_left_by_an_undone_publication_takes_what_its_file_changes(noon, settings):
    settings.PUBLISH_HOLD_MINUTES = 5
    imported(plan(LAW1))
    listed = actions.publish(Opportunity.objects.get(), by=None, moment=noon)
    draft = actions.undo(listed, 1, by=None, moment=noon)

    run = imported(plan(LAW1.replace("1000", "2000")))

    draft.refresh_from_db()
    assert (run.counts, draft.stage, draft.value_max) == ({"change": 1}, "draft", Decimal(2000))


def test_a_row_that_the_database_never_takes_is_refused_and_the_others_come(noon, monkeypatch):
    create = OpportunityQuerySet.bulk_create

    def refusing(self, rows, **options):
        if any(row.title == "Chairs" for row in rows):
            raise IntegrityError("no such thing")
        return create(self, rows, **options)

    monkeypatch.setattr(OpportunityQuerySet, "bulk_create", refusing)

    run = titles("Boards", "Chairs", "Tables", "Desks")

    assert (run.state, run.counts) == (ImportState.DONE, {"create": 3, "refused": 1})
    assert "Enter this one by hand." in words(run)[1][2]
    assert sorted(Opportunity.objects.values_list("title", flat=True)) == ["Boards", "Desks", "Tables"]  # fmt: skip
