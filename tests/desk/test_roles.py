"""Roles: what the code says, what the staff guide says, and who may give them."""

import re

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from accounts.roles import given_by, keep_in_step, roles
from tests.environment import ROOT
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

GUIDE = ROOT / "docs" / "staff-guide.md"


def member(*names: str, **fields) -> User:
    person = StaffFactory.create(**{"is_superuser": False} | fields)
    person.groups.set(Group.objects.filter(name__in=names))
    return person


def held_by(group: str) -> set[str]:
    rows = Permission.objects.filter(group__name=group)
    return {
        f"{app}.{name}" for app, name in rows.values_list("content_type__app_label", "codename")
    }


def give(client, person: User, *names: str) -> int:
    chosen = [str(pk) for pk in Group.objects.filter(name__in=names).values_list("pk", flat=True)]
    form = {"email": person.email, "name": "Ben", "is_active": "on", "is_staff": "on"}
    address = f"/admin/accounts/user/{person.pk}/change/"
    return client.post(address, form | {"groups": chosen}).status_code


def names(person: User) -> list[str]:
    return sorted(person.groups.values_list("name", flat=True))


def test_every_role_is_there_after_migrate_with_the_permissions_of_the_code():
    assert set(roles()) == {"Author", "Publisher", "Manager", "Viewer", "Vendor support"}
    assert {name: held_by(name) for name in roles()} == {
        name: role.permissions for name, role in roles().items()
    }


def test_what_somebody_changed_by_hand_is_put_right_and_other_groups_are_left_alone():
    author, porters = Group.objects.get(name="Author"), Group.objects.create(name="Porters")
    delete_user = Permission.objects.get(codename="delete_user")
    author.permissions.set([delete_user])
    porters.permissions.set([delete_user])
    Group.objects.filter(name="Viewer").delete()

    keep_in_step()
    keep_in_step()

    assert held_by("Author") == roles()["Author"].permissions
    assert held_by("Viewer") == roles()["Viewer"].permissions
    assert held_by("Porters") == {"accounts.delete_user"}


def test_nothing_is_written_where_all_is_in_step(django_assert_num_queries):
    keep_in_step()

    with django_assert_num_queries(1 + 2 * len(roles()) + 2):  # and a savepoint
        keep_in_step()


def test_a_role_contains_what_it_is_said_to_contain():
    author, publisher, manager = (
        roles()[n].permissions for n in ("Author", "Publisher", "Manager")
    )

    assert author < publisher < manager
    assert roles()["Viewer"].permissions < manager
    assert roles()["Vendor support"].permissions < manager
    assert all(name.split(".")[1].startswith("view_") for name in roles()["Viewer"].permissions)


def test_staff_guide_says_of_each_role_what_the_code_says():
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \|$", GUIDE.read_text(), re.MULTILINE)

    assert rows == [(role.name, str(role.duty)) for role in roles().values()]


@pytest.mark.parametrize(
    ("who", "may_give"),
    [
        ("Author", ["Author"]),
        ("Publisher", ["Author", "Publisher"]),
        ("Manager", ["Author", "Publisher", "Manager", "Viewer", "Vendor support"]),
        ("Viewer", ["Viewer"]),
    ],
)
def test_nobody_gives_a_role_of_which_they_lack_a_right(who, may_give):
    assert given_by(member(who)) == may_give


def test_a_manager_gives_a_colleague_roles_and_takes_them(client):
    client.force_login(member("Manager"))
    ben = member()

    assert (give(client, ben, "Author", "Viewer"), names(ben)) == (302, ["Author", "Viewer"])
    assert (give(client, ben, "Viewer"), names(ben)) == (302, ["Viewer"])


def test_a_manager_does_not_change_their_own_roles(client):
    manager = member("Manager")
    client.force_login(manager)

    assert give(client, manager, "Viewer") == 302
    assert names(manager) == ["Manager"]


def test_a_manager_gives_no_group_that_is_not_declared(client):
    client.force_login(member("Manager"))
    ben = member()
    Group.objects.create(name="Porters")

    assert give(client, ben, "Porters") == 200
    assert names(ben) == []


@pytest.mark.parametrize("address", ["change", "delete"])
def test_a_declared_role_is_changed_by_the_code_alone(client, address):
    client.force_login(StaffFactory.create())
    author = Group.objects.get(name="Author")

    answer = client.post(
        f"/admin/auth/group/{author.pk}/{address}/", {"name": "Mine", "post": "yes"}
    )

    assert answer.status_code == 403
    assert Group.objects.filter(name="Author").exists()
