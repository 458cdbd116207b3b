"""PASSPort's public table of solicitations (RFx), as its page hands it out: a script file, or a spreadsheet."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import sheets
from core.sheets.columns import plain
from opportunities.choices import Method, Stage
from opportunities.importing import cells as read_cell
from opportunities.importing.cells import Doubt
from opportunities.importing.judging import Agencies, Facts, Said
from opportunities.importing.kinds import Cells
from opportunities.importing.plans import INDUSTRIES, LONGEST_TITLE
from opportunities.importing.plans import METHODS as PLAN_METHODS
from opportunities.importing.purchases import PurchaseKind
from opportunities.models import ImportRun, Opportunity
from opportunities.phases import NEW_YORK

PAGE = "https://a0333-passportpublic.nyc.gov/rfx.html"
ORDER = (
    "rfp_id",
    "bpm_id",
    "program",
    "industry",
    "epin",
    "procurement_name",
    "agency",
    "rfx_status",
    "release_date",
    "due_date",
    "main_commodity",
    "procurement_method",
)
METHODS = {
    **{plain(name): method for name, method in PLAN_METHODS.items()},
    plain("Competitive Sealed Proposal"): Method.SEALED_PROPOSAL,
    plain("RFI (M/WBE)"): Method.MWBE_SMALL_PURCHASE,
    plain("Negotiated Acquisition Extension"): Method.NEGOTIATED,
    plain("Intergovernmental OGS"): Method.INTERGOVERNMENTAL,
    plain("Intergovernmental GSA"): Method.INTERGOVERNMENTAL,
    plain("Government to Government"): Method.INTERGOVERNMENTAL,
}
ALL_INDUSTRIES = {plain(name): industry for name, industry in INDUSTRIES.items()}
AHEAD = {"planned", "released"}
OVER = {
    "responsesreceived",
    "selectionsmade",
    "closed",
    "archived",
    "awarded",
    "cancelled",
    "canceled",
}

COLUMNS = sheets.Columns(
    headings={
        "rfp_id": ("rfp_id", "RFx ID", "RFP ID", "RFx Number"),
        "bpm_id": ("bpm_id",),
        "program": ("program", "Program"),
        "industry": ("industry", "Industry"),
        "epin": ("epin", "EPIN"),
        "procurement_name": ("procurement_name", "Procurement Name", "Procurement", "RFx Name"),
        "agency": ("agency", "Agency"),
        "rfx_status": ("rfx_status", "RFx Status", "Status"),
        "release_date": ("release_date", "Release Date"),
        "due_date": ("due_date", "Due Date"),
        "main_commodity": ("main_commodity", "Main Commodity", "Commodity"),
        "procurement_method": ("procurement_method", "Procurement Method", "Method"),
    },
    needed=frozenset(["epin", "procurement_name", "agency", "rfx_status", "procurement_method"]),
    order=ORDER,
)


class RfxKind(PurchaseKind):
    name = "rfx"
    title = gettext_lazy("PASSPort’s public table of solicitations (RFx)")
    explanation = gettext_lazy(
        "The file rfxData.js, or the table saved as CSV or Excel. Other agencies’ solicitations, and those that are over, are left out."
    )
    columns = COLUMNS

    def read(self, run: ImportRun, cells: Cells, agencies: Agencies) -> Said:
        name = cells.get("procurement_name", "")
        agency = agencies.named(cells.get("agency", "") or "?")
        if agency is None:
            return Said(
                left_out=_("It is a solicitation of another agency: %s.")
                % (cells.get("agency") or "?")
            )
        status = plain(cells.get("rfx_status", ""))
        if status in OVER:
            return Said(
                left_out=_("PASSPort says “%s”: nobody can respond any more.") % cells["rfx_status"]
            )
        said = Said(agency=agency, key=_key(cells))
        said.about = _facts(said, cells, name)
        if status not in AHEAD:
            said.refusals.append(_("The status “%s” is not known.") % cells.get("rfx_status", ""))
        return said

    def matches(self, said: Sequence[Said]) -> dict[str, Opportunity]:
        """Find them by the numbers that PASSPort has given and staff have entered."""
        epins = {each.about["solicitation_epin"]: each.key for each in said}
        numbers = {each.about["passport_rfx_id"]: each.key for each in said}
        epins.pop("", None)
        numbers.pop("", None)
        found = Opportunity.objects.filter(
            Q(solicitation_epin__in=epins) | Q(passport_rfx_id__in=numbers)
        )
        # What was withdrawn may have been entered anew since: then that one is meant.
        standing_last = sorted(found, key=lambda one: one.stage != Stage.WITHDRAWN)
        return {
            epins.get(one.solicitation_epin) or numbers[one.passport_rfx_id]: one
            for one in standing_last
        }


def _key(cells: Cells) -> str:
    """Name the purchase by its EPIN: PASSPort may list it again under another id, and the EPIN is there once."""
    number = cells.get("epin") or cells.get("rfp_id", "")
    return f"rfx:{number[:60]}" if number else ""


def _facts(said: Said, cells: Cells, name: str) -> Facts:
    epin = cells.get("epin", "")
    title = read_cell.text(re.sub(rf"^{re.escape(epin)}\s*[-–:]?\s*", "", name) if epin else name)
    if isinstance(title, Doubt):
        said.refusals.append(title.words)
        title = name
    if not title or not said.key:
        said.refusals.append(_("It has no name, or no number. Every solicitation has both."))
    if len(epin) > 40:
        said.refusals.append(_("“%s” is no EPIN.") % epin[:60])
    if commodity := cells.get("main_commodity", ""):
        said.notes.append(
            _("PASSPort’s main commodity: %s. Choose it in the form.") % commodity[:200]
        )
    return {
        "title": title[:LONGEST_TITLE],
        "method": METHODS.get(plain(cells.get("procurement_method", "")), Method.OTHER),
        "industry": _industry(said, cells),
        "classification_is_inferred": False,
        "solicitation_epin": epin[:40],
        "passport_rfx_id": cells.get("rfp_id", "")[:40],
        **_dates(said, cells),
        "source": _("PASSPort’s public table of solicitations"),
        "source_url": PAGE,
    }


def _industry(said: Said, cells: Cells) -> str:
    name = cells.get("industry", "")
    found = ALL_INDUSTRIES.get(plain(name))
    if found is None:
        said.refusals.append(_("The industry “%s” is not known.") % name)
    return found or ""


def _dates(said: Said, cells: Cells) -> dict[str, Any]:
    """Return opening and deadline; a day without a time is no deadline, so that is left to staff."""
    opens, due = _moment(said, cells, "release_date"), _moment(said, cells, "due_date")
    if due and not read_cell.has_time(due.astimezone(NEW_YORK)):
        said.notes.append(
            _("Due on %s; PASSPort’s table gives no time. Look it up and enter it.")
            % cells["due_date"]
        )
        due = None
    if due and not opens:
        said.notes.append(_("Due %s, and no day of release is given.") % cells["due_date"])
        due = None
    return {"opens_at": _as_stored(opens), "due_at": _as_stored(due)}


def _as_stored(moment: datetime | None) -> str | None:
    """Return a moment as the facts of a purchase have it: the two are compared as text."""
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(said: Said, cells: Cells, name: str) -> Any:
    found = read_cell.moment(cells.get(name, ""))
    if isinstance(found, Doubt):
        said.notes.append(found.words)
        return None
    return found
