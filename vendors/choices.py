"""The lists that a field may be chosen from. The display name of each thing is here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Need(models.TextChoices):
    """What one purchase asks of a vendor, for one requirement."""

    NEEDED = "needed", _("needed")
    CONDITIONAL = "conditional", _("needed once City awards reach a set amount")
    ADVISED = "advised", _("not stated by the City; we advise it")
    WHERE_NAMED = "where-named", _("needed where the purchase names it")
    OF_NONPROFITS = "of-nonprofits", _("needed of nonprofits")
    NOT_NEEDED = "not-needed", _("not needed")


class Group(models.TextChoices):
    """What belongs together on the checklist."""

    START = "start", _("Before anything else")
    PIP = "pip", _("PIP: to be paid")
    PASSPORT = "passport", _("PASSPort: to respond")
    CERTIFICATION = "certification", _("Certification: to qualify")
    LICENCES = "licences", _("What single purchases ask for")
    HUMAN_SERVICES = "human-services", _("Human services only")


class Track(models.TextChoices):
    """Which question a requirement helps to answer."""

    ELIGIBLE = "eligible", _("Eligible?")
    READY = "ready", _("Ready to respond and be paid?")
    HUMAN_SERVICES = "human-services", _("Prequalified for human services?")
    ADVICE = "advice", _("Good to have")


class Standing(models.TextChoices):
    """Where a business stands with one requirement of one purchase. Computed (``readiness``), never stored."""

    REJECTED = "rejected", _("not accepted")
    MISSING = "missing", _("missing")
    EXPIRED = "expired", _("has ended")
    ENDS_BEFORE = "ends-before", _("ends too soon")
    NOT_COVERED = "not-covered", _("does not cover this one")
    IN_PROGRESS = "in-progress", _("in progress")
    UNSURE = "unsure", _("not known")
    DECLARED = "declared", _("you say you have it")
    VERIFIED = "verified", _("verified")


class Verdict(models.IntegerChoices):
    """The answer to one question about one purchase; a higher one is better."""

    NEVER = 0, _("No")
    NOT_YET = 1, _("Not yet")
    UNSURE = 2, _("Not known yet")
    DECLARED = 3, _("Yes, by what you say")
    VERIFIED = 4, _("Yes, verified")


class Word(models.TextChoices):
    """The one word on a row of a list."""

    READY = "ready", _("Ready")
    NOT_YET = "not-yet", _("Not yet")
    UNSURE = "unsure", _("Unclear")
    NEVER = "never", _("Not for you")


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


# What a business has, by its own word or by that of whoever looked. Whether it has ended is asked of a day.
HELD = frozenset([HoldingState.DECLARED, HoldingState.VERIFIED])


class VerifiedHow(models.TextChoices):
    """Where whoever verified a holding has looked."""

    CITY_LIST = "city-list", _("the City’s list of certified businesses")
    PASSPORT = "passport", _("PASSPort")
    DOCUMENT = "document", _("a document that was shown to us")
    OTHER = "other", _("another way, told in the note")


class MatchState(models.TextChoices):
    """Whether a business of ours is one on the City's list: suggested by us, decided by staff."""

    SUGGESTED = "suggested", _("to be looked at")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("another business")


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


# Charter section 1304: what makes a City-certified M/WBE.
COUNT_FOR_MWBE = frozenset([Certification.MBE.value, Certification.WBE.value])


class LinkKind(models.TextChoices):
    """What a secret address shows."""

    DATES = "dates", _("a calendar of your dates")
    ADVISER = "adviser", _("your checklist, for an adviser")
