"""What /metrics counts. Labels are names of ours, never anything a citizen wrote."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from bot.policy.escalation import WAYS
from bot.store.db import Unit


class Metrics:
    """One registry a server, so that two servers of one test process do not add up."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"wargi_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"wargi_{name}", text, labels, registry=registry)

        self.webhooks = counter("webhooks", "Webhook requests by channel and answer", "channel", "answer")
        self.items = counter("inbox_items", "Items stored from webhooks", "channel")
        self.turns = counter("turns", "Inbox items by what became of them", "outcome")
        self.happenings = counter("happenings", "What came up in conversations: outside, followed, slowed …", "what")
        self.sends = counter("sends", "Sends by channel and outcome", "channel", "outcome")
        self.templates = counter("template_syncs", "Reads of the platform's templates by outcome", "outcome")
        self.channel_down = gauge("channel_down", "1 while a platform refuses the whole account", "account")
        self.timers = counter("timers", "Timers that rang", "kind", "outcome")
        self.calls = counter("calls", "Calls to officers by way and outcome", "via", "outcome")
        self.alarms = gauge("alarms_unacknowledged", "Alarms that wait for a human")
        self.alarm_age = gauge("alarm_age_seconds", "Age of the oldest alarm that waits for a human")
        self.on_duty = gauge("officers_on_duty", "Officers who are on shift")
        self.inbox_lag = gauge("inbox_lag_seconds", "Age of the oldest unhandled inbox item")
        self.outbox_lag = gauge("outbox_lag_seconds", "Age of the oldest bubble that has not left")
        self.spool_size = gauge("spool_bytes", "What waits on disk for the database, of this data directory")
        self.spool_age = gauge("spool_age_seconds", "Age of the oldest file of the spool")
        self.spool_damaged = gauge("spool_damaged", "Files of the spool that a human must look at")
        self.inbound_missed = gauge(
            "inbound_missed", "Messages that usually come in a silence as long as this one", "account"
        )
        self.broken = gauge(
            "invariant_broken", "Rows that break a rule of `wargi doctor --invariants`, ten at most", "rule"
        )
        self.checked = gauge("invariants_checked_timestamp_seconds", "When the rules were last looked at")
        self.backup_age = gauge("backup_age_seconds", "Age of the newest copy, infinite when there is none")
        self.backup_allowed = gauge(
            "backup_allowed_seconds", "So old it may be, as WARGI_BACKUP_MINUTES says; 0: any age"
        )
        self.timer_lag = gauge("timer_lag_seconds", "Age of the oldest timer that should have rung")
        self.agency_lag = gauge(
            "agency_lag_seconds", "Age of the oldest message that an agency could not be told so far"
        )
        self.unknown = gauge("outbox_unknown", "Bubbles of which nobody knows whether they have arrived")
        self.media = counter("media", "Tries to fetch citizens' files by channel and outcome", "channel", "outcome")
        self.media_pending = gauge("media_pending", "Citizens' files that are still to be fetched")
        self.media_lag = gauge("media_lag_seconds", "Age of the oldest file that is still to be fetched")
        self.crowd = gauge("crowd", "1 while more wait than are answered at once: news for many waits")
        self.parts = gauge("parts_held", "Parts that this process works on")

        self.turns.labels(
            "parked"
        )  # at 0 from the start: an alarm about an increase does not see the first of a new series
        for via in (*WAYS[1:], "push"):  # the desk itself cannot fail to call
            self.calls.labels(via, "failed")

    def committed(self, unit: Unit) -> None:
        """A listener of the database: counts what was really written."""
        for what in unit.counted:
            self.happenings.labels(what).inc()
