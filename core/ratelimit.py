"""How often one caller may do one thing. Kept in the cache; per-address limits on mail are in the database."""

import logging
from hashlib import sha256

from django.core.cache import BaseCache, caches

logger = logging.getLogger(__name__)


def allow(action: str, caller: str, *, limit: int, seconds: int) -> bool:
    """Count one try of ``action`` by ``caller``; False once there were more than ``limit`` in ``seconds``.

    The window begins with the first try. While the cache cannot be reached each process counts for
    itself: a visitor is not turned away because Redis is down, and nobody may guess without end.
    """
    # Hashed, since callers write parts of it: any bytes, any length.
    key = f"rate:{action}:{sha256(caller.encode(errors='replace')).hexdigest()}"
    try:
        return _count(caches["default"], key, seconds) <= limit
    except Exception:
        logger.exception("rate limit is counted by this process alone", extra={"action": action})
        return _count(caches["fallback"], key, seconds) <= limit


def _count(cache: BaseCache, key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        return 1
