"""What is left until a deadline, in the largest unit that is not nothing."""

from datetime import datetime
from typing import Literal

from django.utils.translation import ngettext

Unit = Literal["d", "h", "m", ""]


def left(deadline: datetime | None, moment: datetime) -> tuple[int, Unit]:
    """Return whole days, hours or minutes (the last one counts as one); nothing once it has passed."""
    if deadline is None or deadline <= moment:
        return 0, ""
    rest = deadline - moment
    if rest.days:
        return rest.days, "d"
    if rest.seconds >= 3600:
        return rest.seconds // 3600, "h"
    return max(1, rest.seconds // 60), "m"


def time_left(deadline: datetime | None, moment: datetime) -> str:
    """Say what is left; blank once it has passed, or without a deadline."""
    number, unit = left(deadline, moment)
    match unit:
        case "d":
            return ngettext("%d day left", "%d days left", number) % number
        case "h":
            return ngettext("%d hour left", "%d hours left", number) % number
        case "m":
            return ngettext("%d minute left", "%d minutes left", number) % number
    return ""
