"""An officer's morning: what waits, a draft that the form finds fault with while it is typed, and its history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opportunities.models import Opportunity
from tests.browser import picture, violations
from tests.factories import OpportunityFactory, StaffFactory
from tests.journeys.test_every_page_is_accessible import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_officer_works_off_what_waits(page, live_server):
    draft = OpportunityFactory.create(title="Courtroom displays")
    OpportunityFactory.create(title="Chairs", published=True)
    old = timezone.now() - timedelta(days=100)
    OpportunityFactory.create(title="Backup software", published=True, at=old)
    sign_in(page, StaffFactory.create(name="Ann Officer"))

    page.goto("/admin/")
    picture(page, "desk-home")
    assert violations(page) == []
    page.get_by_role("link", name="1 drafts to review").click()
    page.get_by_role("link", name="Courtroom displays").click()

    page.get_by_label("Value up to").fill("500000.01")
    page.get_by_label("Value from").focus()
    page.locator("#found_value_max").get_by_text("is more than $500,000.00").wait_for()
    page.locator("#found_value_max").scroll_into_view_if_needed()
    picture(page, "desk-check")
    assert violations(page) == []
    assert Opportunity.objects.get(pk=draft.pk).value_max is None
    page.get_by_label("Value up to").fill("500000")
    page.get_by_label("Why").fill("The unit’s estimate")
    page.get_by_role("button", name="Save", exact=True).last.click()

    page.goto(f"/admin/opportunities/opportunity/{draft.pk}/history/")
    row = page.get_by_role("row", name="Ann Officer")
    assert "Value up to: – → 500000.00" in row.inner_text()
    assert "The unit’s estimate" in row.inner_text()
    picture(page, "desk-history")
    assert violations(page) == []
