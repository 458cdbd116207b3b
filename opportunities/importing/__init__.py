"""Files that staff import: received, read, checked row by row, and applied once a person has said so.

A file is judged as a whole before its first row has any effect: one refused row, and nothing is imported.
What is then applied is applied in chunks that a killed worker's successor carries on with, each row once.
Purchases come in as drafts; of what is public nothing is changed from here (docs/decisions/0010-imports.md).
"""

from opportunities.importing.kinds import KINDS, Kind, register
from opportunities.importing.plans import PlanKind
from opportunities.importing.receiving import drop, forget, receive, start
from opportunities.importing.rfx import RfxKind
from opportunities.importing.titles import TitlesKind
from opportunities.importing.working import finish_now, work

for _kind in (TitlesKind(), PlanKind(), RfxKind()):
    register(_kind)

__all__ = ["KINDS", "Kind", "drop", "finish_now", "forget", "receive", "register", "start", "work"]
