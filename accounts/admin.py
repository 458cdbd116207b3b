from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ManyToManyField, Q
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import User
from accounts.roles import given_by, roles
from core.desk import Desk
from core.doorbell import ring
from core.history import name_of
from letters.addresses import mailable
from letters.tasks import send_letters


class PersonCreationForm(ModelForm):  # type: ignore[type-arg]  # generic in its stubs alone
    """Asks for no password: who types one for a colleague knows it."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return mailable(self.cleaned_data["email"])


class PersonChangeForm(UserChangeForm):  # type: ignore[type-arg]  # generic in its stubs alone
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class PersonAdmin(Desk, UserAdmin):  # type: ignore[type-arg]  # generic in its stubs alone
    """Who may change people does not come by more than they may do themselves, by no detour.

    Django's own page lets them make themselves superuser, take a role, or set a superuser's password.
    """

    form = PersonChangeForm
    add_form = PersonCreationForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "joined_at")
    not_in_history = ("last_login",)
    # Boxes to tick: Django's pair of lists moves choices by script alone and is too wide for a phone.
    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": CheckboxSelectMultiple}}
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("History"), {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("email", "name"),
                "description": _(
                    "A letter tells them how to sign in: by a code that is mailed to this address. They choose a password or a passkey themselves, and set up a second factor before the desk opens. Say on the next page what they may do."
                ),
            },
        ),
    )

    def named_in_history(self, obj: Any) -> str:
        return name_of(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return shown
        # Nobody changes their own roles. An address takes the codes for signing in, so whoever changed that of
        # somebody else could sign in as them; people change their own.
        own = ("groups",) if obj is None or obj == request.user else ()
        login = ("email",) if obj else ()
        return (*shown, "is_superuser", "user_permissions", *own, *login)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002  (Django's name)
        """For superusers, as the second factors are: who forgot a password signs in by a mailed code."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whoever gives roles gives those of which they hold every right."""
        if db_field.name == "groups" and not request.user.is_superuser:
            kwargs["queryset"] = Group.objects.filter(name__in=given_by(request.user))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and not (obj and may_do_more(obj, than=request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and not (obj and may_do_more(obj, than=request.user))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        if not change:
            language = get_language() or settings.LANGUAGE_CODE
            actions.open_for_colleague(obj, moment=timezone.now(), language=language)
            transaction.on_commit(lambda: ring(send_letters))
            return
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            actions.unprove_address(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001  (likewise)
        """Keep the roles that were no choice: a form without their boxes takes nothing away."""
        field, groups = form.fields.get("groups"), form.instance.groups
        kept = [*groups.exclude(pk__in=field.queryset)] if field else []
        super().save_related(request, form, formsets, change)
        groups.add(*kept)


def may_do_more(person: User, *, than: Any) -> bool:
    """Tell whether ``person`` has any permission that the other has not; an inactive person counts as active."""
    if than.is_superuser or person.is_superuser:
        return not than.is_superuser
    held = Permission.objects.filter(Q(user=person) | Q(group__user=person))
    names = held.values_list("content_type__app_label", "codename")
    return not {f"{app}.{name}" for app, name in names} <= than.get_all_permissions()


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(Desk, GroupAdmin):
    """Django's own groups, with the manners of the other lists. What a declared role may do is in the code;
    what any other may do is a superuser's choice."""

    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": CheckboxSelectMultiple}}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_readonly_fields(request, obj)
        return shown if request.user.is_superuser else (*shown, "permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_declared(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_declared(obj)


def _is_declared(group: Any) -> bool:
    return group is not None and group.name in roles()


# Whoever could change these would open anybody's account: an address takes the codes, a secret makes them, a
# connection lets another NYC.ID in.
admin.site.unregister(
    [EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken]
)


@admin.register(Authenticator)
class SecondFactorAdmin(Desk):
    """For who has lost phone and recovery codes: a superuser, sure of the person, takes the lost ones away."""

    list_display = fields = ("user", "type", "created_at", "last_used_at")
    not_in_history = ("data",)  # the secret
    list_filter = ("type",)
    search_fields = ("user__email", "user__name")
    ordering = ("-created_at",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
