"""Whoever may change people at the desk does not come by more than they may do themselves."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from letters.models import Letter
from tests.accounts.mailbox import words
from tests.accounts.people import sign_in_by_code

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NEW = "another horse entirely"


def person(name: str, *permissions: str, **fields) -> User:
    user = User.objects.create_user(f"{name}@law.example", PASSWORD, is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def manager(client: Client) -> User:
    """Somebody who may do all there is with people and roles, and nothing else; signed in."""
    names = [f"{verb}_{what}" for verb in ("view", "add", "change", "delete") for what in ("user", "group")]  # fmt: skip
    user = person("manager", *names)
    client.force_login(user)
    return user


def change(client: Client, user: User, **fields) -> int:
    form = {"email": user.email, "name": user.name, "is_active": "on", "is_staff": "on"} | fields
    return client.post(f"/admin/accounts/user/{user.pk}/change/", form).status_code


def set_password(client: Client, user: User) -> int:
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    return client.post(f"/admin/accounts/user/{user.pk}/password/", form).status_code


def test_manager_changes_a_colleague_who_may_do_less(client, manager):
    officer = person("officer")

    assert change(client, officer, name="Ann") == 302
    officer.refresh_from_db()
    assert officer.name == "Ann"


def test_an_account_for_a_colleague_has_no_password_and_opens_by_a_mailed_code(client, manager):
    form = {"email": "Ann@Law.example", "name": "Ann", "password1": NEW, "password2": NEW}

    asked = client.get("/admin/accounts/user/add/").content.decode()
    opened = client.post("/admin/accounts/user/add/", form)
    again = client.post("/admin/accounts/user/add/", form)

    ann = User.objects.get(email="ann@law.example")
    assert opened.url == f"/admin/accounts/user/{ann.pk}/change/"
    assert again.context["adminform"].form.errors["email"]
    assert ('type="password"' in asked, ann.has_usable_password()) == (False, False)
    assert (ann.is_staff, ann.groups.count(), ann.user_permissions.count()) == (False, 0, 0)
    letter = Letter.objects.get(to_address="ann@law.example")
    assert letter.subject == "An account was opened for you"
    assert "/account/login/code/" in words(letter)
    assert sign_in_by_code(Client(), "ann@law.example").status_code == 302


def test_no_account_is_opened_for_what_takes_no_mail(client, manager):
    answer = client.post("/admin/accounts/user/add/", {"email": "root@[127.0.0.1]"})

    assert (answer.status_code, Letter.objects.count()) == (200, 0)
    assert answer.context["adminform"].form.errors["email"]


@pytest.mark.parametrize("is_staff", [True, False])
def test_manager_does_not_get_into_the_account_of_somebody_else(client, manager, is_staff):
    other = User.objects.create_user("other@business.example", PASSWORD, is_staff=is_staff)

    assert set_password(client, other) == 403
    change(client, other, email="mine@law.example")

    other.refresh_from_db()
    assert (other.email, other.check_password(PASSWORD)) == ("other@business.example", True)


@pytest.mark.parametrize(("who", "answer"), [("manager", (302, "Changed")), ("officer", (200, ""))])
def test_manager_gives_nobody_more_rights(client, manager, who, answer):
    """Of their own roles nothing is read; a role of which they lack a right is no choice for others."""
    user = manager if who == "manager" else person("officer")
    role = Group.objects.create(name="Publishers")
    before = set(user.user_permissions.all())
    every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]

    code = change(
        client, user, is_superuser="on", groups=[str(role.pk)], user_permissions=every, name="Changed"
    )  # fmt: skip

    user.refresh_from_db()
    assert (code, user.name) == answer
    assert (user.is_superuser, set(user.groups.all())) == (False, set())
    assert set(user.user_permissions.all()) == before


def test_manager_takes_no_role_away_that_the_form_does_not_show(client, manager):
    officer = person("officer")
    officer.groups.add(Group.objects.create(name="Interns"), Group.objects.get(name="Viewer"))
    rights = Group.objects.get(name="Viewer").permissions.all()
    manager.user_permissions.add(*rights)

    assert change(client, officer, name="Ann", groups=[]) == 302

    assert [group.name for group in officer.groups.all()] == ["Interns"]


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("more", ["superuser", "permission", "role"])
def test_manager_may_not_touch_who_may_do_more(client, manager, more, is_active):
    user = person("boss", is_superuser=more == "superuser", is_active=is_active)
    permission = Permission.objects.get(codename="change_opportunity")
    if more == "permission":
        user.user_permissions.add(permission)
    if more == "role":
        role = Group.objects.create(name="Publishers")
        role.permissions.add(permission)
        user.groups.add(role)

    assert change(client, user, name="Changed", email="mine@law.example") == 403
    assert set_password(client, user) == 403
    assert (
        client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    client.post(
        "/admin/accounts/user/",
        {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"},
    )
    user.refresh_from_db()
    assert (user.name, user.email, user.check_password(PASSWORD)) == (
        "", "boss@law.example", True,
    )  # fmt: skip
    assert client.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 200


def test_manager_does_not_widen_a_role(client, manager):
    role = Group.objects.create(name="Publishers")
    every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]

    answer = client.post(
        f"/admin/auth/group/{role.pk}/change/", {"name": "Renamed", "permissions": every}
    )

    role.refresh_from_db()
    assert (answer.status_code, role.name, role.permissions.count()) == (302, "Renamed", 0)


def test_superuser_gives_rights_and_changes_anybody(client):
    client.force_login(person("root", is_superuser=True))
    other, role = person("other", is_superuser=True), Group.objects.create(name="Publishers")
    permission = Permission.objects.get(codename="change_opportunity")

    assert set_password(client, other) == 302
    assert change(client, other, groups=[str(role.pk)]) == 302
    form = {"name": role.name, "permissions": [str(permission.pk)]}
    assert client.post(f"/admin/auth/group/{role.pk}/change/", form).status_code == 302

    other.refresh_from_db()
    assert (other.is_superuser, list(other.groups.all())) == (False, [role])
    assert list(role.permissions.all()) == [permission]
