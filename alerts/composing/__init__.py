"""From what people asked for and are owed to letters, written down and not yet sent.

| step of the tick | writes |
| --- | --- |
| ``write_links`` | who asked for a link gets a letter with it, within limits |
| ``write_digests`` | whose daily or weekly slot has come gets one letter with all that is owed |
| ``write_news`` | who waits for no slot gets one with what is new |

``write_news_to`` does the work of the last two, for subscribers that its caller has locked; ``words_of`` says what
such a letter says.
"""

from alerts.composing.asked import CONFIRM_KIND, MANAGE_KIND, write_links
from alerts.composing.owed import write_digests, write_news, write_news_to
from alerts.composing.words import NEWS_KIND, list_headers, words_of

__all__ = [
    "CONFIRM_KIND",
    "MANAGE_KIND",
    "NEWS_KIND",
    "list_headers",
    "words_of",
    "write_digests",
    "write_links",
    "write_news",
    "write_news_to",
]
