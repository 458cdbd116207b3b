"""Everything that a subscriber, a page or a tick may change. Keyword-only, safe to repeat, whole or not at all.

| who | calls |
| --- | --- |
| a visitor | ``ask``, ``ask_for_link`` |
| a subscriber by a signed link | ``confirm``, ``change``, ``change_kinds``, ``pause_until``, ``stop``, ``stop_all``, ``resume``, ``forget_me`` |
| the tick and the hourly job | ``end_pauses``, ``take_back_withdrawn``, ``free_cancelled``, ``forget`` |

What would be sent is asked of ``alerts.previewing``, why something was not of ``alerts.looking``: both only read.
"""

from alerts.actions.asking import PENDING_AT_MOST, ask, ask_for_link, confirm
from alerts.actions.forgetting import forget, forget_me
from alerts.actions.managing import change, change_kinds, end_pauses, pause_until
from alerts.actions.stopping import (
    free_cancelled,
    resume,
    stop,
    stop_all,
    take_back_withdrawn,
)

__all__ = [
    "PENDING_AT_MOST",
    "ask",
    "ask_for_link",
    "change",
    "change_kinds",
    "confirm",
    "end_pauses",
    "forget",
    "forget_me",
    "free_cancelled",
    "pause_until",
    "resume",
    "stop",
    "stop_all",
    "take_back_withdrawn",
]
