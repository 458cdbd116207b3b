"""Who speaks for a business: invited by mail, owner or member, never without an owner."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from accounts.actions import delete_account, forget_letters
from letters.leasing import take_lease
from letters.models import Letter
from letters.sending import send_due
from tests.alerting.post import links, opened
from tests.factories import PersonFactory, VendorFactory, holding
from tests.getting_ready.reading import words
from vendors import actions
from vendors.models import Invitation, Membership, Vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return PersonFactory.create(email="owner@firm.example")


@pytest.fixture
def vendor(owner):
    return VendorFactory.create(name="Harbor Boards", owner=owner)


@pytest.fixture
def ann():
    return PersonFactory.create(email="ann@firm.example")


def page(vendor):
    return reverse("business:people", args=[vendor.key])


def invite(client, vendor, email="ann@firm.example", role="member"):
    client.force_login(vendor.anchor.user)
    return client.post(page(vendor), {"email": email, "role": role, "invite": "yes"}, follow=True)


def link():
    (letter,) = Letter.objects.all()
    (found,) = [each for each in links(opened(letter)) if "/invitation/" in each]
    return urlsplit(found).path


def join(vendor, person, role="member"):
    offered = actions.invite(
        vendor, person.email, role=role, by=vendor.anchor.user, moment=vendor.created_at
    )
    return actions.accept(offered, by=person, moment=vendor.created_at)


def roles(vendor):
    rows = vendor.memberships.order_by("pk").values_list("user__email", "role")
    return [*rows]


def test_invited_person_accepts_by_the_link_in_the_letter(client, noon, vendor, ann):
    assert "A letter is on its way to ann@firm.example." in words(invite(client, vendor))
    invite(client, vendor)  # twice is once: ``link`` finds one letter

    client.force_login(ann)
    shown = client.get(link())
    assert "You are asked to speak for Harbor Boards, as member" in words(shown)
    assert roles(vendor) == [("owner@firm.example", "owner")]

    for _twice in range(2):
        client.post(link())
    assert roles(vendor) == [("owner@firm.example", "owner"), ("ann@firm.example", "member")]


def test_link_asks_who_one_is_and_takes_nobody_else(client, noon, vendor, ann):
    invite(client, vendor)
    client.logout()
    assert "/account/login/" in client.get(link()).headers["Location"]

    client.force_login(PersonFactory.create())
    answer = client.post(link())

    assert answer.status_code == 409
    assert "This invitation was sent to another address." in words(answer)
    assert Membership.objects.count() == 1


def test_invitation_ends_after_seven_days(client, noon, vendor, ann):
    offered = actions.invite(vendor, ann.email, role="member", by=vendor.anchor.user, moment=noon)

    with pytest.raises(actions.NotTaken):
        actions.accept(offered, by=ann, moment=noon + timedelta(days=7))
    joined = actions.accept(offered, by=ann, moment=noon + timedelta(days=7, seconds=-1))
    assert joined.role == "member"


def test_invitation_that_was_taken_back_leads_nowhere(client, noon, vendor, ann):
    invite(client, vendor)
    client.post(page(vendor), {"take-back": str(Invitation.objects.get().key)})

    client.force_login(ann)
    assert client.post(link()).status_code == 410
    assert client.get("/my/business/invitation/torn/").status_code == 410
    assert Membership.objects.count() == 1


def test_member_changes_nobody(client, vendor, ann):
    member = join(vendor, ann)
    owner = vendor.memberships.get(role="owner")
    client.force_login(ann)

    for asked in ({"promote": member.pk}, {"demote": owner.pk}, {"remove": owner.pk}):
        assert "Only an owner" in words(client.post(page(vendor), asked, follow=True))
    client.post(page(vendor), {"email": "x@firm.example", "role": "owner", "invite": "yes"})

    assert roles(vendor) == [("owner@firm.example", "owner"), ("ann@firm.example", "member")]
    assert not Invitation.objects.filter(email="x@firm.example").exists()


@pytest.mark.parametrize("asked", ["leave", "demote", "remove"])
def test_last_owner_can_neither_leave_nor_be_demoted(client, vendor, ann, owner, asked):
    join(vendor, ann)
    client.force_login(owner)

    answer = client.post(
        page(vendor), {asked: vendor.memberships.get(role="owner").pk}, follow=True
    )

    assert "A business needs an owner. Make somebody else an owner first." in words(answer)
    assert roles(vendor) == [("owner@firm.example", "owner"), ("ann@firm.example", "member")]


def test_owner_goes_once_there_is_another(client, vendor, ann, owner):
    member = join(vendor, ann)
    client.force_login(owner)
    client.post(page(vendor), {"promote": member.pk})

    answer = client.post(page(vendor), {"leave": "yes"}, follow=True)

    assert "You have left Harbor Boards." in words(answer)
    assert roles(vendor) == [("ann@firm.example", "owner")]
    assert client.get(page(vendor)).status_code == 404


@pytest.mark.parametrize("state", ["ready", "leased", "sent"])
def test_who_was_removed_gets_no_more_letters(noon, vendor, ann, state, mailoutbox):
    owner = vendor.anchor.user
    member = join(vendor, ann, role="owner")
    Letter.objects.all().delete()
    holding(vendor, "mwbe-certification", at=noon, expires_on=(noon + timedelta(days=30)).date())
    actions.remind(moment=noon)
    theirs = Letter.objects.filter(kind="vendors.lapsing", to_address=ann.email)
    if state == "leased":
        take_lease(noon)
    if state == "sent":
        theirs.update(state="sent", finished_at=noon)

    actions.remove(member, by=owner, moment=noon)
    send_due(clock=lambda: noon + timedelta(hours=1))
    forget_letters(moment=noon + timedelta(hours=1))

    assert ann.email not in [to for mail in mailoutbox for to in mail.to]
    assert not theirs.exists()
    assert Letter.objects.filter(kind="vendors.lapsing", to_address=owner.email).exists()


def test_account_that_is_deleted_leaves_the_business_to_the_eldest_member(noon, vendor, owner, ann):
    join(vendor, ann)
    join(vendor, PersonFactory.create(email="ben@firm.example"))
    alone = VendorFactory.create(owner=owner)

    delete_account(owner, moment=noon)

    assert roles(vendor) == [("ann@firm.example", "owner"), ("ben@firm.example", "member")]
    assert not Vendor.objects.filter(pk=alone.pk).exists()


@pytest.mark.parametrize(
    "asked",
    [{}, {"promote": "x"}, {"promote": "9" * 40}, {"take-back": "x"}, {"remove": "-1"}],
)
def test_button_that_is_not_there_is_not_found(client, vendor, owner, asked):
    client.force_login(owner)

    assert client.post(page(vendor), asked).status_code == 404
