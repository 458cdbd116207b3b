"""Files whose rows are purchases: what a row says is up to each kind, what becomes of it is the same for all."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from core.text import one_line
from opportunities.choices import Verdict
from opportunities.importing import applying
from opportunities.importing.judging import (
    FIELDS,
    NOT_COMPARED,
    Agencies,
    Here,
    Said,
    glance,
    judged,
)
from opportunities.importing.kinds import Cells, Kind
from opportunities.models import ImportRow, ImportRun, Opportunity, Origin


class PurchaseKind(Kind):
    """A file whose rows are purchases. Subclasses say what a row says.

    ``keeps_origin``: whether the file names its purchases, so that they are known again by that name.
    ``compared`` are the facts that make a difference to a purchase that is here.
    """

    permission = "opportunities.add_opportunity"
    keeps_origin: ClassVar[bool] = True
    compared: ClassVar[frozenset[str]] = frozenset(FIELDS) - NOT_COMPARED

    def read(self, run: ImportRun, cells: Cells, agencies: Agencies) -> Said:
        raise NotImplementedError

    def matches(self, said: Sequence[Said]) -> dict[str, Opportunity]:
        """Return purchases that are surely those of a row though no file was their origin, by the row's key."""
        return {}

    def judge(self, run: ImportRun, rows: Sequence[tuple[int, Cells]]) -> list[ImportRow]:
        agencies = Agencies()
        read = [(number, self.read(run, cells, agencies)) for number, cells in rows]
        wanted = [said for _number, said in read if said.key and not said.left_out]
        here, earlier = self.here(wanted), _earlier_rows(run, wanted)
        answers = []
        for number, said in read:
            if said.key in earlier and not said.left_out:
                said.left_out = _("Row %d has it already.") % earlier[said.key]
            row = ImportRow(run=run, number=number, title=one_line(said.title))
            _answer(row, said, here.get(said.key, Here()), self.compared)
            if row.key:
                earlier[said.key] = number
            answers.append(row)
        return answers

    def here(self, wanted: Sequence[Said]) -> dict[str, Here]:
        """Return what is here of these, by key."""
        found: dict[str, Here] = {}
        if self.keeps_origin:
            keys = {said.key for said in wanted}
            origins = Origin.objects.filter(key__in=keys).select_related("opportunity__agency")
            found = {origin.key: Here(origin.opportunity, origin) for origin in origins}
        others = self.matches([said for said in wanted if said.key not in found])
        return found | {key: Here(purchase) for key, purchase in others.items()}

    def apply(self, run: ImportRun, rows: Sequence[ImportRow], *, moment: datetime) -> None:
        applying.apply(self, run, rows, moment=moment)


def _earlier_rows(run: ImportRun, wanted: Sequence[Said]) -> dict[str, int]:
    return dict(run.rows.filter(key__in={said.key for said in wanted}).values_list("key", "number"))


def _answer(row: ImportRow, said: Said, here: Here, compared: frozenset[str]) -> None:
    if said.left_out:
        row.verdict, row.words = Verdict.SKIPPED, said.left_out
        return
    row.key, row.opportunity = said.key, here.purchase
    if said.refusals:
        row.verdict, row.words = Verdict.REFUSED, " ".join(said.refusals)
        return
    row.verdict, words, _made = judged(said, here, compared)
    if row.verdict in {Verdict.CREATE, Verdict.CHANGE}:
        row.facts, words = said.as_json(), [*words, *said.notes]
    if row.verdict == Verdict.CREATE:
        words = [glance(said.about), *words]
    row.words = " ".join(words)
