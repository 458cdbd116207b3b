"""How fast the portal is, and how flat: ``make bench``. See docs/performance.md."""
