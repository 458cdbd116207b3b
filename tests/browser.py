"""A browser for the tests: Debian's Chromium, watched so that nothing it complains of goes unseen."""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

from tests.environment import ROOT

SCREENSHOTS = ROOT / "test-output" / "screenshots"
PICTURES = ROOT / "docs" / "images"  # of the documents; written again by ``make screenshots``
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OUR_HOSTS = {"127.0.0.1", "localhost"}
ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    # Nothing but our own server can be found, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

AXE = Axe()
_BAD_STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


def chromium() -> str | None:
    """Return the path of the browser to use, or ``None`` where there is none."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


@dataclass
class Watch:
    """Collects what must not happen in a page: errors and requests to anyone but us."""

    expected_statuses: frozenset[int] = frozenset()
    problems: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._page_error)
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = _BAD_STATUS.match(message.text)
        if not (status and int(status[1]) in self.expected_statuses):
            self.problems.append(f"console error: {message.text} ({message.location.get('url')})")

    def _page_error(self, error: WebError) -> None:
        self.problems.append(f"script error: {error.error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and address.hostname not in OUR_HOSTS:
            self.problems.append(f"request to another host: {request.url}")


def axe(page: Page) -> None:
    """Assert that axe finds nothing to say against the page: every default rule, none ignored."""
    found = violations(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def violations(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """Return what axe says against the page, one text for each place: every default rule, none ignored.

    ``rules`` asks for those alone, where nothing else can have changed since all were asked.
    """
    if page.evaluate("typeof axe === 'undefined'"):  # once is enough for a document
        page.evaluate(AXE.axe_script)
    # `preload` would read style sheets for rules that are not among the default ones, and trip over the CSP.
    found = page.evaluate(
        """rules => axe.run({
            resultTypes: ['violations'], preload: false, ...(rules.length ? {runOnly: rules} : {})
        }).then(answer => answer.violations)""",
        list(rules),
    )
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def screenshot(page: Page, name: str) -> Path:
    """Write the whole page to ``test-output/screenshots/<name>.png`` for people to look at."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def picture(page: Page, name: str) -> Path:
    """Write what the window shows, for the documents; ``UPDATE_SCREENSHOTS=1`` puts it in docs/images.

    Not on every run: the bytes differ each time, and only people can say whether one looks right.
    """
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    if os.environ.get("UPDATE_SCREENSHOTS"):
        shutil.copy(path, PICTURES)
    return path
