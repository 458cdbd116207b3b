"""The lists that a field may be chosen from. The display name of each thing is here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class Phase(models.TextChoices):
    """Where a published opportunity stands at a moment. Computed, never stored."""

    OPEN = "open", _("Open now")
    UPCOMING = "upcoming", _("Coming up")
    CLOSED = "closed", _("Closed")


class Method(models.TextChoices):
    """How the City may buy it. The names are those of the City’s own files, written out."""

    MWBE_SMALL_PURCHASE = "mwbe-small-purchase", _("M/WBE Noncompetitive Small Purchase")
    SEALED_BID = "sealed-bid", _("Competitive Sealed Bid")
    SEALED_PROPOSAL = "sealed-proposal", _("Competitive Sealed Proposal")
    BEST_VALUE = "best-value", _("Request for Proposal, Best Value")
    NEGOTIATED = "negotiated-acquisition", _("Negotiated Acquisition")
    TASK_ORDER = "task-order", _("Task Order")
    SOLE_SOURCE = "sole-source", _("Sole Source")
    INTERGOVERNMENTAL = "intergovernmental", _("Intergovernmental or Government to Government")
    MICROPURCHASE = "micropurchase", _("Micropurchase")
    EMERGENCY = "emergency", _("Emergency")
    OTHER = "other", _("Another method")


class Industry(models.TextChoices):
    GOODS = "goods", _("Goods")
    PROFESSIONAL_SERVICES = "professional-services", _("Professional services")
    STANDARD_SERVICES = "standard-services", _("Standard services")
    CONSTRUCTION = "construction", _("Construction")
    HUMAN_SERVICES = "human-services", _("Human services")


class Precision(models.TextChoices):
    UNKNOWN = "unknown", _("not yet announced")
    FISCAL_YEAR = "fiscal-year", _("a City fiscal year (July to June)")
    QUARTER = "quarter", _("a quarter")
    MONTH = "month", _("a month")
    DAY = "day", _("a day")


class Confidence(models.TextChoices):
    UNKNOWN = "", _("not stated")
    TENTATIVE = "tentative", _("tentative")
    LIKELY = "likely", _("likely")
    DEFINITE = "definite", _("definite")


class RevisionKind(models.TextChoices):
    PUBLISHED = "published", _("Published")
    AMENDED = "amended", _("Changed")


class CodeScheme(models.TextChoices):
    NAICS = "naics", _("NAICS 2022")
    NYC = "nyc", _("City commodity code (PASSPort, level 3)")
    NIGP = "nigp", _("NIGP number")


class LimitKind(models.TextChoices):
    LISTING_CAP = (
        "listing-cap",
        _("agency listing cap: the most that the agency lists under this method"),
    )
    CEILING = "ceiling", _("statutory ceiling: the most that the law allows under this method")
    FLOOR = "floor", _("floor: the method is for more than this")
