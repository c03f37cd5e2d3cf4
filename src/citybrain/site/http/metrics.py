"""GET /metrics for Prometheus: requests counted in each web process, and the gauges that the apps declare.

With several web processes, set PROMETHEUS_MULTIPROC_DIR to an empty folder before they start: their counts are added.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from citybrain.base.metrics import Gauge, gauges

log = logging.getLogger("citybrain.metrics")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
own = CollectorRegistry()
requests = Counter("citybrain_http_requests", "Requests answered", ["method", "route", "status"], registry=own)
seconds = Histogram(
    "citybrain_http_request_seconds", "Time to answer", ["method", "route"], buckets=BUCKETS, registry=own
)


def count_request(request: HttpRequest, status: int, took: float) -> None:
    """Counted by route (`api/v1/cases/<number>`), never by address: the number of series stays bounded."""
    match = request.resolver_match
    route = match.route if match else "none"
    method = request.method if request.method in METHODS else "other"
    requests.labels(method, route, status).inc()
    seconds.labels(method, route).observe(took)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class DeclaredGauges(Collector):
    """Reads what the apps declare; one that fails is left out and logged, the others still show."""

    def collect(self) -> Iterator[Metric]:
        for one in gauges():
            try:
                yield family_of(one)
            except Exception:
                log.exception("gauge %s could not be read", one.name)


def family_of(gauge: Gauge) -> GaugeMetricFamily:
    family = GaugeMetricFamily(gauge.name, gauge.text, labels=gauge.labels)
    reading = gauge.read()
    values = {(): reading} if isinstance(reading, int | float) else reading
    for labels, value in values.items():
        family.add_metric([str(label) for label in labels], value)
    return family


def exposition() -> bytes:
    """Everything in the Prometheus text format."""
    registry = own
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    declared = CollectorRegistry()
    declared.register(DeclaredGauges())
    return generate_latest(registry) + generate_latest(declared)


def show_metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)
