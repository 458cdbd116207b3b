"""The portal's own settings, and the reference page beside the portal's."""

from procurement_portal.settings import *  # noqa: F403 - the real ones are measured
from procurement_portal.settings import BASE_DIR, INSTALLED_APPS, MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
MIDDLEWARE = [*MIDDLEWARE, "benchmarks.asking.StandIn"]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [*TEMPLATES[0]["DIRS"], BASE_DIR / "benchmarks" / "templates"]}]
