"""What a visitor reads of a page, so that a test can say it in the visitor's words."""

import html
import re

from django.http import HttpResponseBase

BLOCKS = re.compile(r"<(h\d|li|p|dt|dd|tr|td|th|br|span)\b")
SPACE_BEFORE = re.compile(r"\s+([.,:;)])")


def words(response: HttpResponseBase) -> str:
    """Return the text of the page's own part, without header and footer, with single spaces."""
    page = response.content.decode()  # type: ignore[attr-defined]  # of each answer that is no stream
    main = page[page.index("<main") : page.index("</main>")]
    text = re.sub(r"<[^>]+>", "", BLOCKS.sub(r" <\1", main))
    return SPACE_BEFORE.sub(r"\1", " ".join(html.unescape(text).split()))
