"""The lists that a field may be chosen from. The display name of each thing is here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Need(models.TextChoices):
    """What one purchase asks of a vendor, for one requirement."""

    NEEDED = "needed", _("needed")
    CONDITIONAL = "conditional", _("needed once City awards reach a set amount")
    ADVISED = "advised", _("not stated by the City; we advise it")
    NOT_NEEDED = "not-needed", _("not needed")


class BusinessKind(models.TextChoices):
    """Whether a business may be certified as M/WBE turns on this alone: a nonprofit may not."""

    FOR_PROFIT = "for-profit", _("a business for profit, or self-employed")
    NONPROFIT = "nonprofit", _("a nonprofit")
    UNKNOWN = "", _("not stated")


class Role(models.TextChoices):
    """What somebody may do for a business."""

    OWNER = "owner", _("owner: changes everything, and who else may")
    MEMBER = "member", _("member: changes what the business says of itself")


class HoldingState(models.TextChoices):
    """What a business says of one requirement, or who confirmed it. Expiring and expired are asked of a day."""

    NOT_STARTED = "not-started", _("not started")
    IN_PROGRESS = "in-progress", _("in progress")
    DECLARED = "declared", _("you say you have it")
    VERIFIED = "verified", _("verified")
    REJECTED = "rejected", _("not accepted")
    NOT_APPLICABLE = "not-applicable", _("does not apply to us")


class VerifiedHow(models.TextChoices):
    """Where whoever verified a holding has looked."""

    CITY_LIST = "city-list", _("the City’s list of certified businesses")
    PASSPORT = "passport", _("PASSPort")
    DOCUMENT = "document", _("a document that was shown to us")
    OTHER = "other", _("another way, told in the note")


class Answer(models.TextChoices):
    """The answer to a question of which only the answer is kept."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "", _("not known")


class Certification(models.TextChoices):
    """Certificates that businesses hold. For an M/WBE small purchase only the City’s MBE and WBE count."""

    MBE = "MBE", _("MBE, by the City")
    WBE = "WBE", _("WBE, by the City")
    EBE = "EBE", _("EBE, by the City")
    LBE = "LBE", _("LBE, by the City")
    STATE = "State", _("M/WBE, by New York State")
    DBE = "DBE", _("DBE, or a certificate of somebody else")
