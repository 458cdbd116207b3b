"""Pages as their readers meet them: what a listing shows, what a form would send back."""

import re
from html import unescape
from html.parser import HTMLParser

from django.http import HttpResponseBase, StreamingHttpResponse

ROW = re.compile(r'<h\d class="usa-collection__heading"><a [^>]*>(.*?)</a></h\d>')


def text(response: HttpResponseBase) -> str:
    return body(response).decode()


def body(response: HttpResponseBase) -> bytes:
    """Return all that was answered, also where it comes in parts; parts can be read once."""
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response)
    return response.content  # type: ignore[attr-defined]  # of each answer that is no stream


def titles(response: HttpResponseBase) -> list[str]:
    """Return the titles of the opportunities that a page lists, in its order."""
    return [unescape(title) for title in ROW.findall(text(response))]


def heading(response: HttpResponseBase) -> str:
    """Return the page's only level-one heading."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", text(response), re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found)).strip()


def fields(response: HttpResponseBase, *, form: str = "") -> dict[str, list[str]]:
    """Return what a browser would send if the form with this id (else any form) were sent unchanged.

    Buttons are left out: a test says which one is pressed.
    """
    reader = _FormReader(form)
    reader.feed(text(response))
    return reader.found


class _FormReader(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.wanted, self.inside = form, not form
        self.found: dict[str, list[str]] = {}
        self.select, self.area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form" and self.wanted:
            self.inside = has.get("id") == self.wanted
        elif not self.inside or "disabled" in has:
            return
        elif tag == "input" and name and self._is_sent(has):
            is_box = has.get("type") in {"checkbox", "radio"}
            self._keep(name, "on" if is_box and "value" not in has else value)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            # With nothing selected a browser sends the first one.
            if "selected" in has:
                self.found[self.select] = [value]
            self.found.setdefault(self.select, [value])
        elif tag == "textarea":
            self.area = name
            self._keep(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""
        elif tag == "form" and self.wanted:
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][-1] += data.removeprefix("\r").removeprefix("\n")

    def _keep(self, name: str, value: str) -> None:
        self.found.setdefault(name, []).append(value)

    @staticmethod
    def _is_sent(has: dict[str, str | None]) -> bool:
        kind = has.get("type") or "text"
        if kind in {"checkbox", "radio"}:
            return "checked" in has
        return kind not in {"submit", "button", "image", "reset"}
