"""The portal's settings as the tests use them: the real ones, made fast and kept apart.

``DATABASE_URL`` and ``REDIS_URL`` choose what the suite runs on, as they do for the portal itself;
nothing set means SQLite and no broker. Every other variable of the shell is ignored.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.environment import forget_settings

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _own_redis(url: str) -> str:
    """Return ``url`` with a database number of this worker's own: one may empty it without the other."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{WORKER + 1}"))


_folder = tempfile.mkdtemp(prefix="portal-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

forget_settings(keep=frozenset({"DATABASE_URL", "REDIS_URL"}))
os.environ["VAR_DIR"] = _folder
os.environ["SECRET_KEY"] = "of-the-tests-" + "0123456789" * 5
if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = _own_redis(os.environ["REDIS_URL"])

from procurement_portal.settings import *  # noqa: E402, F403 - the lines above decide what it reads
from procurement_portal.settings import DATABASES, VAR_DIR  # noqa: E402 - likewise

# Who tests the hold says how long it is; all others would only wait for it.
PUBLISH_HOLD_MINUTES = 0

# A slow hash would only cost time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Every new client starts the middleware, and WhiteNoise would look at each static file each time: as long
# as most tests take. It looks when it is asked; one test asks it as the portal runs it.
WHITENOISE_AUTOREFRESH = True

# A connection kept for the next test would lead to a mail server that is gone.
LETTER_CONNECTION_KEPT_SECONDS = 0

STATIC_ROOT = Path(VAR_DIR) / "staticfiles"
STATIC_ROOT.mkdir()  # whitenoise warns of a missing folder, and warnings are errors

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in the embedded mode: an in-memory database would share one connection between
    # the test and the live server, and two transactions would meet in it.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR_DIR) / "test.sqlite3")}
