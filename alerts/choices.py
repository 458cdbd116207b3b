from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why somebody is told of a revision."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")


class EndedBecause(models.TextChoices):
    LETTER = "letter", _("stopped from a letter")
    MANAGE = "manage", _("stopped on the manage page")
