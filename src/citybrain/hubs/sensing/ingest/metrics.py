"""What `sense` counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
ROWS = (1, 10, 100, 1_000, 10_000, 100_000)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.readings = Counter("citybrain_sense_readings", "Readings by outcome", ["outcome"], registry=r)
        self.accepted = self.readings.labels("accepted")
        self.duplicates = self.readings.labels("duplicate")
        self.rejected = self.readings.labels("rejected")
        self.refused = Counter("citybrain_sense_refused_requests", "Requests refused whole", ["code"], registry=r)
        self.mqtt = Counter("citybrain_sense_mqtt_messages", "MQTT messages by outcome", ["outcome"], registry=r)
        self.group = Histogram("citybrain_sense_group_rows", "Readings in a group commit", buckets=ROWS, registry=r)
        self.commit = Histogram("citybrain_sense_commit_seconds", "A group commit", buckets=SECONDS, registry=r)
        self.failed = Counter("citybrain_sense_failed_commits", "Group commits that failed", registry=r)
        self.queued = Gauge("citybrain_sense_queued_rows", "Readings waiting for their commit", registry=r)
        self.late = Gauge(
            "citybrain_sense_late_unevaluated", "Readings stored but too late to be judged by a rule", registry=r
        )
        self.rules_failed = Gauge("citybrain_sense_rules_failed", "Groups that the rules could not judge", registry=r)
        self.journal = Gauge("citybrain_sense_journal_seq", "Number of the last transition", registry=r)
        self.segment = Gauge("citybrain_sense_segment", "Number of the segment being written", registry=r)

    def text(self) -> bytes:
        return generate_latest(self.registry)
