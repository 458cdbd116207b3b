"""A business always has an owner, and the database sees to it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import RestrictedError

from tests.factories import PersonFactory, VendorFactory
from vendors.models import Membership, Vendor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", ["deletes", "demotes"])
def test_database_refuses_whatever_leaves_a_business_without_an_owner(what):
    owner = Membership.objects.filter(vendor=VendorFactory.create())

    def end() -> None:
        if what == "deletes":
            owner._raw_delete(owner.db)
        else:
            owner.update(role="member", owner_key=None)
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        end()

    assert owner.get().is_owner


def test_account_of_the_only_owner_cannot_be_deleted_behind_the_back_of_the_business():
    person = PersonFactory.create()
    VendorFactory.create(owner=person)

    with pytest.raises(RestrictedError):
        person.delete()


def test_business_goes_with_its_members():
    VendorFactory.create().delete()

    assert not Vendor.objects.exists()
    assert not Membership.objects.exists()
