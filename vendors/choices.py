"""The lists that a field may be chosen from. The display name of each thing is here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Need(models.TextChoices):
    """What one purchase asks of a vendor, for one requirement."""

    NEEDED = "needed", _("needed")
    CONDITIONAL = "conditional", _("needed once City awards reach a set amount")
    ADVISED = "advised", _("not stated by the City; we advise it")
    NOT_NEEDED = "not-needed", _("not needed")
