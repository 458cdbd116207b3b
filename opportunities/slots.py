"""Places on the pages of purchases that apps further up fill: a purchase knows nothing of them.

A slot is filled when the portal starts, with a template that says the same to everybody, so that the pages
can be cached. What is personal comes from the app that filled it, as a fragment or behind a link.
"""

DETAIL, ROW, LIST = "detail", "row", "list"
DESK = "desk"  # links beside a purchase at the desk
_FILLED: dict[str, list[str]] = {DETAIL: [], ROW: [], LIST: [], DESK: []}


def fill(slot: str, template: str) -> None:
    """Show ``template`` in ``slot``, with the context of the page. Twice is once."""
    if template not in _FILLED[slot]:
        _FILLED[slot].append(template)


def templates_of(slot: str) -> tuple[str, ...]:
    """Return what fills the slot, in the order in which the apps started."""
    return tuple(_FILLED[slot])
