"""People who sign in. The email address is the login; there is no user name."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; ``password=None`` makes an account that cannot sign in by password."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, whatever its capitals: Ann@law.nyc is ann@LAW.nyc."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(
        _("name"), max_length=150, blank=True, help_text=_("As colleagues know you.")
    )
    is_staff = models.BooleanField(
        _("staff"),
        default=False,
        help_text=_("May sign in to the desk. What they may do there is set by their roles."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Untick instead of deleting: the history keeps their name."),
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once_whatever_its_capitals",
                violation_error_message=_("Somebody already signs in with this address."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Keep addresses in small letters: sign-in looks for them so."""
        super().clean()
        self.email = self.email.lower()

    @property
    def owner(self) -> str:
        """Name this person to ``letters``."""
        return f"user:{self.pk}"
