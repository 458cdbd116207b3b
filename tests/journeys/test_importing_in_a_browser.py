"""From the department's list to twelve drafts, and to the firms that could do one of them, as an officer sees it."""

from datetime import date
from io import BytesIO

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from opportunities import importing
from opportunities.models import Opportunity
from tests.factories import StaffFactory, VendorFactory
from tests.getting_ready.certified import file_of, listed
from tests.journeys.looking import looking_at
from tests.journeys.test_every_page_is_accessible import press, sign_in
from tests.posting.files import PLAN, TWELVE
from vendors.models import RegisterMatch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(200)]

ADD = "/admin/opportunities/importrun/add/"


def paste(page: Page) -> None:
    page.goto(ADD)
    page.get_by_label("Titles, one a line").fill("\n".join(TWELVE))
    press(page, "Check the list")


def test_an_officer_pastes_the_twelve_and_again_nothing_comes_of_it(page, live_server):
    sign_in(page, StaffFactory.create())

    with looking_at(page, dark=True) as looking:
        looking.at("desk-import-add", ADD)
        press(page, "Check the list")
        looking.here("desk-import-add-with-errors")
        paste(page)
        expect(page.get_by_role("status")).to_contain_text("12 new")
        looking.here("desk-import-checked")
        press(page, "Import 12 rows")
        expect(page.get_by_role("status")).to_contain_text("Imported.")
        looking.here("desk-import-done")
    paste(page)

    expect(page.get_by_role("status")).to_contain_text("12 here already")
    expect(page.get_by_role("button", name="Import")).to_have_count(0)
    assert Opportunity.objects.count() == 12


def test_a_page_follows_a_large_file_by_itself(page, live_server, monkeypatch):
    from opportunities.admin import importing as pages

    monkeypatch.setattr(pages, "SMALL", 10)
    sign_in(page, StaffFactory.create())
    page.goto(ADD)
    page.get_by_label("A City plan").check()
    page.get_by_label("File", exact=True).set_input_files(PLAN)
    press(page, "Check the file")

    with looking_at(page) as looking:
        looking.here("desk-import-waiting")
    importing.work()  # the worker's part
    expect(page.get_by_role("button", name="Import 24 rows")).to_be_visible()


def test_an_officer_confirms_a_match_and_sees_who_could_do_it(page, live_server):
    VendorFactory.create(name="Alpha Boards", zip_code="10001")
    kind, content = (
        importing.KINDS["register"],
        BytesIO(file_of(listed("Alpha Boards, Inc.", ID6_digit_NAICS_code="423430"))),
    )
    run = importing.receive(
        content, "list.csv", kind, by=None, moment=timezone.now(), dated_on=date(2026, 11, 1)
    )
    run = importing.finish_now(run)
    importing.start(run, by=None, moment=timezone.now())
    importing.finish_now(run)
    importing.work()
    sign_in(page, StaffFactory.create())
    paste(page)
    press(page, "Import 12 rows")

    with looking_at(page) as looking:
        match = RegisterMatch.objects.get()
        looking.at("desk-match", f"/admin/vendors/registermatch/{match.pk}/change/")
        press(page, "Confirm: it is the same")
        looking.here("desk-match-confirmed")
        boards = Opportunity.objects.get(title="Smartboards")
        looking.at("desk-who-could", f"/admin/vendors/certifiedbusiness/purchase/{boards.pk}/")
        looking.at("desk-import-register", f"/admin/opportunities/importrun/{run.pk}/change/")
    page.go_back()
    expect(page.get_by_role("row", name="Alpha Boards, Inc.")).to_contain_text("NAICS 423430")
