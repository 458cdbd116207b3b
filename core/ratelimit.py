"""How often one caller may do one thing. Kept in the cache; per-address limits on mail are in the database."""

import logging
from hashlib import sha256

from django.core.cache import cache

logger = logging.getLogger(__name__)


def allow(action: str, caller: str, *, limit: int, seconds: int) -> bool:
    """Count one try of ``action`` by ``caller``; False once there were more than ``limit`` in ``seconds``.

    The window begins with the first try. A cache that cannot be reached allows: a visitor
    is not turned away because Redis is down.
    """
    # Hashed, since callers write parts of it: any bytes, any length.
    key = f"rate:{action}:{sha256(caller.encode(errors='replace')).hexdigest()}"
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key) <= limit
    except ValueError:  # the window ended between the two calls
        return True
    except Exception:
        logger.exception("rate limit could not be counted", extra={"action": action})
        return True
