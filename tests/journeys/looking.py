"""Look at page after page as everybody must be able to use it, and say at the end what is wrong."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, ViewportSize

from tests.browser import SCREENSHOTS, violations

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


class Looking:
    """Collects what is wrong with pages, so that one run names all of it."""

    def __init__(self, page: Page, *, suffix: str, sizes: tuple[ViewportSize, ...]) -> None:
        self.page, self.suffix, self.sizes = page, suffix, sizes
        self.problems: list[str] = []

    def at(self, name: str, address: str, *, status: int = 200) -> None:
        """Open an address and look at the page in each size."""
        self.page.set_viewport_size(self.sizes[0])
        answer = self.page.goto(address)
        if answer is None or answer.status != status:
            self.problems.append(f"{name}: {answer and answer.status} instead of {status}")
        self.here(name)

    def here(self, name: str) -> None:
        """Look at the page that is open in each size."""
        for size in self.sizes:
            self.page.set_viewport_size(size)
            self._look(f"{name}-{size['width']}{self.suffix}")

    def _look(self, name: str) -> None:
        if os.environ.get("UPDATE_SCREENSHOTS"):  # hundreds of them, for people to leaf through
            self.page.screenshot(path=SCREENSHOTS / f"{name}.jpg", quality=70, full_page=True)
        if (count := self.page.locator("h1").count()) != 1:
            self.problems.append(f"{name}: {count} headings of level 1")
        if (sideways := self.page.evaluate(SIDEWAYS)) > 0:
            self.problems.append(f"{name}: scrolls sideways by {sideways} px")
        self.problems += [f"{name}: {violation}" for violation in violations(self.page)]


@contextmanager
def looking_at(
    page: Page, *, suffix: str = "", sizes: tuple[ViewportSize, ...] = (WIDE, NARROW)
) -> Iterator[Looking]:
    looking = Looking(page, suffix=suffix, sizes=sizes)
    yield looking
    assert not looking.problems, "\n".join(looking.problems)
