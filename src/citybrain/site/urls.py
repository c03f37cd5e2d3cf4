"""What the web process answers to."""

from __future__ import annotations

from functools import partial

from django.urls import URLPattern, URLResolver, path, re_path

from citybrain.site.api import api
from citybrain.site.http.health import for_operators, show_health
from citybrain.site.http.metrics import show_metrics
from citybrain.site.http.openapi import show_openapi
from citybrain.site.pages.serving import show_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("api/openapi.json", partial(show_openapi, api=api)),
    path("health", show_health),
    path("metrics", for_operators(show_metrics)),
    path("", show_page),
    re_path(r"^(?P<entry>console|portal)(/.*)?$", show_page),
]
