"""The portal's addresses, and the reference page beside them."""

from django.urls import path

from benchmarks.straightforward import opportunity_list
from procurement_portal.urls import *  # noqa: F403 - all of them are measured
from procurement_portal.urls import urlpatterns as of_the_portal

urlpatterns = [path("straightforward/", opportunity_list), *of_the_portal]
