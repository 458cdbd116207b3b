"""What waits for somebody at the desk, of businesses."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.work import pile
from vendors.models import RegisterMatch

SEES = "vendors.view_registermatch"


@pile(
    "matches",
    RegisterMatch,
    title=_("matches with the City’s list to confirm"),
    explanation=_(
        "A business here has the name and ZIP code of one on the City’s list of certified businesses. Compare them, then confirm or reject."
    ),
    permission=SEES,
)
def matches(moment: datetime) -> Any:
    return RegisterMatch.objects.to_confirm()


@pile(
    "off-the-list",
    RegisterMatch,
    title=_("businesses that dropped off the City’s list"),
    explanation=_(
        "What was verified stands until you have looked. The business was told. It goes by itself when a later list has the business again."
    ),
    permission=SEES,
)
def off_the_list(moment: datetime) -> Any:
    return RegisterMatch.objects.dropped()
