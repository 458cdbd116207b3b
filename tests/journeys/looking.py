"""Look at page after page as everybody must be able to use it, and say at the end what is wrong."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser import SCREENSHOTS, violations

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
# What another colour can change.
OF_COLOUR = ("color-contrast", "link-in-text-block")
SETTLED = "document.getAnimations().forEach(animation => animation.finish())"


class Looking:
    """Collects what is wrong with pages, so that one run names all of it.

    A page is loaded once and then shown in each size, and in dark colours where it has them. A page that was
    looked at from left to right is ``mirrored`` in another test: axe sees it once more, where it is narrow.
    """

    def __init__(self, page: Page, *, suffix: str, dark: bool, mirrored: bool) -> None:
        self.page, self.suffix, self.dark, self.mirrored = page, suffix, dark, mirrored
        self.problems: list[str] = []

    def at(self, name: str, address: str, *, status: int = 200) -> None:
        """Open an address and look at the page."""
        self.page.set_viewport_size(WIDE)
        answer = self.page.goto(address)
        if answer is None or answer.status != status:
            self.problems.append(f"{name}: {answer and answer.status} instead of {status}")
        self.here(name)

    def here(self, name: str) -> None:
        """Look at the page that is open."""
        for size in (WIDE, NARROW):
            self.page.set_viewport_size(size)
            self._look(f"{name}-{size['width']}{self.suffix}")
        if self.dark:
            self.page.set_viewport_size(WIDE)
            show_in(self.page, "dark")
            self._look(f"{name}-dark{self.suffix}", rules=OF_COLOUR)
            show_in(self.page, "light")

    def _look(self, name: str, *, rules: tuple[str, ...] = ()) -> None:
        if os.environ.get("UPDATE_SCREENSHOTS"):  # hundreds of them, for people to leaf through
            self.page.screenshot(path=SCREENSHOTS / f"{name}.jpg", quality=70, full_page=True)
        if (count := self.page.locator("h1").count()) != 1:
            self.problems.append(f"{name}: {count} headings of level 1")
        if (sideways := self.page.evaluate(SIDEWAYS)) > 0:
            self.problems.append(f"{name}: scrolls sideways by {sideways} px")
        if self.mirrored and self.page.viewport_size == WIDE:
            return
        found = violations(self.page, rules=rules)
        self.problems += [f"{name}: {violation}" for violation in found]


def show_in(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Show the page that is open in other colours, without waiting for them to fade in."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(SETTLED)


@contextmanager
def looking_at(page: Page, *, dark: bool = False, mirrored: bool = False) -> Iterator[Looking]:
    looking = Looking(page, suffix="-rtl" if mirrored else "", dark=dark, mirrored=mirrored)
    yield looking
    assert not looking.problems, "\n".join(looking.problems)
