"""The portal's own settings, and the reference page beside the portal's."""

from procurement_portal.settings import *  # noqa: F403 - the real ones are measured
from procurement_portal.settings import INSTALLED_APPS, MIDDLEWARE

ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
MIDDLEWARE = [*MIDDLEWARE, "benchmarks.asking.StandIn"]
