"""The City's list of certified businesses as a kind of file that staff import."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.choices import Verdict
from opportunities.importing import Kind
from opportunities.importing.kinds import Cells
from opportunities.models import ImportRow, ImportRun
from vendors import certified
from vendors.actions import register
from vendors.models import CertifiedBusiness


class RegisterKind(Kind):
    """Every list is read as a whole beside the one that counts, and takes its place in one step."""

    name = "register"
    title = gettext_lazy("The City’s list of certified businesses")
    explanation = gettext_lazy(
        "SBS’s list (data set ci93-uc8s) as CSV or Excel. Names of people, phones, addresses and ethnicity are dropped before anything is stored."
    )
    permission = "vendors.load_register"
    columns = certified.COLUMNS
    keeps_file = False
    starts_without_rows = True

    def judge(self, run: ImportRun, rows: Sequence[tuple[int, Cells]]) -> list[ImportRow]:
        """Store what is listed; a row without a name is left out and said to be."""
        left_out, listed = [], []
        for number, cells in rows:
            said = certified.read(dict(cells))
            if said.name:
                listed.append(_business(run, said))
            else:
                words = _("It names no business.")
                left_out.append(
                    ImportRow(run=run, number=number, verdict=Verdict.SKIPPED, words=words)
                )
        CertifiedBusiness.objects.bulk_create(listed)
        run.counts[Verdict.CREATE] = run.count(Verdict.CREATE) + len(listed)
        return left_out

    def checked(self, run: ImportRun) -> str:
        listed = CertifiedBusiness.objects.filter(run=run)
        if not listed.for_mwbe().exists():
            return _("It lists no business as MBE or WBE. Look whether it is the right file.")
        run.message = _compared(run)
        return ""

    def apply(self, run: ImportRun, rows: Sequence[ImportRow], *, moment: datetime) -> None:
        """Nothing is done row by row."""

    def finish(self, run: ImportRun, *, moment: datetime) -> None:
        register.put_in_place(run, moment=moment)
        run.applied_count = run.count(Verdict.CREATE)

    def forget(self, run: ImportRun) -> None:
        CertifiedBusiness.objects.filter(run=run).delete()


def _business(run: ImportRun, said: certified.Listed) -> CertifiedBusiness:
    return CertifiedBusiness(
        run=run,
        name=said.name,
        dba=said.dba,
        zip_code=said.zip_code,
        certifications=list(said.certifications),
        counts_for_mwbe=certified.counts_for_mwbe(said.certifications),
        renewal_on=said.renewal_on,
        naics=_spaced(said.naics),
        nigp=_spaced(said.nigp),
        in_passport=said.in_passport,
        website=said.website,
        name_key=certified.name_key(said.name),
        dba_key=certified.name_key(said.dba),
    )


def _spaced(numbers: tuple[str, ...]) -> str:
    return f" {' '.join(numbers)} " if numbers else ""


def _compared(run: ImportRun) -> str:
    """Say how the list differs from the one that counts, so that half a file is seen to be one."""
    now = CertifiedBusiness.objects.current()
    keys = set(now.values_list("name_key", "zip_code"))
    if not keys:
        return _("It is the first list.")
    new = set(
        CertifiedBusiness.objects.filter(run=run).values_list("name_key", "zip_code").iterator()
    )
    last = now.select_related("run")[0].run
    return _(
        "The list of %(day)s that counts now has %(now)d businesses; %(gone)d of them are not in this file, and %(new)d are new."
    ) % {
        "day": date_format(register.listed_on(last), "DATE_FORMAT"),
        "now": len(keys),
        "gone": len(keys - new),
        "new": len(new - keys),
    }
