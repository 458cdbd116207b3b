"""The lists that a field may be chosen from. The display name of each thing is here and nowhere else."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    # Shown by mistake: its address says so, and nothing else tells of it.
    WITHDRAWN = "withdrawn", _("withdrawn")


class Phase(models.TextChoices):
    """Where a published opportunity stands at a moment. Computed (``phases``), never stored."""

    OPEN = "open", _("Open now")
    UPCOMING = "upcoming", _("Coming up")
    CLOSED = "closed", _("Closed, under review")
    AWARDED = "awarded", _("Awarded")
    CANCELLED = "cancelled", _("Cancelled")
    ARCHIVED = "archived", _("Archived")


class Outcome(models.TextChoices):
    """How a purchase ended. The blank value: not decided yet."""

    NONE = "", _("not decided")
    AWARDED = "awarded", _("awarded")
    CANCELLED = "cancelled", _("cancelled")


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
    OPENED = "opened", _("Opening announced")
    EXTENDED = "extended", _("Deadline extended")
    CORRECTED = "corrected", _("Corrected")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled")
    AWARDED = "awarded", _("Awarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    # Before anybody was told: the facts are again what they were. Of a publication it is a withdrawal.
    UNDONE = "undone", _("Taken back")


class ValueBand(models.TextChoices):
    """The most that a purchase may be worth, roughly: what visitors narrow a list down by."""

    TO_100K = "to-100k", _("Up to $100,000")
    TO_250K = "to-250k", _("$100,000 to $250,000")
    TO_500K = "to-500k", _("$250,000 to $500,000")
    OVER_500K = "over-500k", _("More than $500,000")
    UNKNOWN = "unknown", _("Not yet announced")

    @classmethod
    def of(cls, low: Decimal | None, high: Decimal | None) -> "ValueBand":
        """Return the band of the upper figure, of the lower where there is no other. Upper ends included."""
        value = high if high is not None else low
        if value is None:
            return cls.UNKNOWN
        return next((band for most, band in BANDS if value <= most), cls.OVER_500K)


BANDS = (
    (Decimal(100_000), ValueBand.TO_100K),
    (Decimal(250_000), ValueBand.TO_250K),
    (Decimal(500_000), ValueBand.TO_500K),
)


class Sort(models.TextChoices):
    BEST = "best", _("Best match")
    DUE = "due", _("Due soonest")
    EXPECTED = "expected", _("Expected soonest")
    NEWEST = "newest", _("Newest")
    CHANGED = "changed", _("Recently changed")
    TITLE = "title", _("Title")


class DocumentType(models.TextChoices):
    """What may be attached to a purchase. The value is the ending of the file’s name."""

    PDF = "pdf", _("PDF")
    DOCX = "docx", _("Word document")
    XLSX = "xlsx", _("Excel workbook")
    PNG = "png", _("PNG picture")
    JPEG = "jpg", _("JPEG picture")

    @property
    def media_type(self) -> str:
        """What programs are told that it is (RFC 6838)."""
        return MEDIA_TYPES[self]


OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    DocumentType.PDF: "application/pdf",
    DocumentType.DOCX: f"{OFFICE}.wordprocessingml.document",
    DocumentType.XLSX: f"{OFFICE}.spreadsheetml.sheet",
    DocumentType.PNG: "image/png",
    DocumentType.JPEG: "image/jpeg",
}


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


class ImportState(models.TextChoices):
    """How far the reading of a file has come. What a worker must still do is in ``ImportRun.TO_DO``."""

    WAITING = "waiting", _("waiting to be read")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked; waiting for you")
    APPLYING = "applying", _("being imported")
    DONE = "done", _("imported")
    REFUSED = "refused", _("refused; nothing was imported")
    DROPPED = "dropped", _("dropped; nothing was imported")


class Verdict(models.TextChoices):
    """What becomes of a row of an imported file."""

    CREATE = "create", _("new")
    CHANGE = "change", _("changed")
    DIFFERS = "differs", _("differs: open it and decide")
    SAME = "same", _("here already")
    SKIPPED = "skipped", _("left out")
    REFUSED = "refused", _("refused")
