"""Which column is which, by its heading: the City renames and reorders its columns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.sheets.limits import Unreadable

PUNCTUATION = re.compile(r"[^a-z0-9]+")


def plain(heading: str) -> str:
    """Return a heading without capitals, spaces and punctuation, as which two are compared."""
    return PUNCTUATION.sub("", heading.casefold())


@dataclass(frozen=True)
class Columns:
    """``headings`` maps our name of a column to the headings it goes by; ``needed`` must be there.

    ``order`` is that of files without headings; empty where there are none.
    """

    headings: Mapping[str, tuple[str, ...]]
    needed: frozenset[str]
    order: tuple[str, ...] = ()

    def find(self, cells: Iterable[str]) -> dict[str, int]:
        """Return the place of each column among ``cells``; the first, where two go by one name."""
        names = {plain(alias): name for name, many in self.headings.items() for alias in many}
        found: dict[str, int] = {}
        for place, cell in enumerate(cells):
            if name := names.get(plain(cell)):
                found.setdefault(name, place)
        return found

    def are_in(self, cells: Iterable[str]) -> bool:
        return self.needed <= set(self.find(cells))

    def refuse(self, nearest: list[str]) -> Unreadable:
        """Say which columns are missing from the row that has the most of them."""
        missing = sorted(self.headings[name][0] for name in self.needed - set(self.find(nearest)))
        return Unreadable(_("The file lacks these columns: %s.") % ", ".join(missing))
