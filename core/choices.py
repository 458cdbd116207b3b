from django.db import models
from django.utils.translation import gettext_lazy as _


class DeedKind(models.TextChoices):
    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    DONE = "done", _("done")
    EXPORTED = "exported", _("exported")
    IMPORTED = "imported", _("imported")
    SIGNED_IN = "signed-in", _("signed in")
    SIGNED_OUT = "signed-out", _("signed out")
    NOT_SIGNED_IN = "not-signed-in", _("sign-in failed")
    REFUSED = "refused", _("refused")
