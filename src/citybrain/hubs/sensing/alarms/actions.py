"""Writes that people and packs make: rules, and acknowledging alarms. What `sense` finds comes in by `intake`."""

from __future__ import annotations

from django.db import transaction

from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput, Conflict, FieldError
from citybrain.base.packs import adjust_pack
from citybrain.hubs.sensing.alarms.manifest import SilenceRule, ThresholdRule
from citybrain.hubs.sensing.alarms.messages import AlarmAcknowledged, AlarmRuleChanged
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.things.models import ThingModel

PACK_FILE = "alarms.yaml"


@transaction.atomic
def declare_rule(key: str, rule: ThresholdRule | SilenceRule, *, pack: str, actor: Actor) -> AlarmRule:
    """Write a rule as declared; saves and announces only when something changed."""
    columns = {**rule.columns(), "pack": pack, "model": ThingModel.objects.get(key=rule.model), "retired_at": None}
    row = AlarmRule.objects.select_for_update().filter(key=key).first()
    if row is None:
        row = AlarmRule.objects.create(key=key, updated_at=clock.now(), **columns)
    else:
        changed = [name for name, value in columns.items() if getattr(row, name) != value]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, columns[name])
        row.updated_at = clock.now()
        row.save(update_fields=[*changed, "updated_at"])

    _tell(row, "alarm_rule.changed", actor)
    return row


@transaction.atomic
def retire_rules_of(pack: str, *, keep: set[str], actor: Actor) -> None:
    """Retire the rules that a pack declared once and does not declare any more."""
    for row in AlarmRule.objects.filter(pack=pack, retired_at=None).exclude(key__in=keep).order_by("pk"):
        row.enabled, row.retired_at = False, clock.now()
        row.save(update_fields=["enabled", "retired_at"])
        _tell(row, "alarm_rule.retired", actor)


@transaction.atomic
def create_rule(key: str, rule: ThresholdRule | SilenceRule, *, actor: Viewer) -> AlarmRule:
    """Make a rule of no pack; raises Conflict when the key is taken, BadInput when model or property do not fit."""
    check_may(actor, "definition.write")
    if AlarmRule.objects.filter(key=key).exists():
        raise Conflict("alarms.rule_exists", rule=key)
    model = ThingModel.objects.filter(key=rule.model).first()
    if model is None:
        known = ", ".join(ThingModel.objects.values_list("key", flat=True).order_by("key"))
        raise _wrong("model", "things.unknown_model", model=rule.model, known=known)
    if rule.property not in model.properties:
        near = ", ".join(sorted(model.properties))
        raise _wrong("property", "alarms.unknown_property", property=rule.property, model=rule.model, guess=near)
    if isinstance(rule, ThresholdRule) and model.properties[rule.property]["type"] == "enum":
        raise _wrong("property", "alarms.threshold_of_enum", property=rule.property)
    return declare_rule(key, rule, pack="", actor=actor)


def _wrong(field: str, code: str, **data: object) -> BadInput:
    return BadInput("input.invalid", fields=(FieldError(field, code, data),))


@transaction.atomic
def switch_rule(rule: AlarmRule, *, enabled: bool, actor: Viewer, note: str = "") -> AlarmRule:
    """Enable or disable a rule. For a rule of a pack this is an adjustment of the pack, so that loading it again keeps
    the decision. Raises Conflict for a retired rule."""
    check_may(actor, "definition.write")
    if rule.retired_at is not None:
        raise Conflict("alarms.rule_retired", rule=rule.key)
    if rule.enabled == enabled:
        return rule
    if rule.pack:
        adjust_pack(rule.pack, PACK_FILE, f"rules/{rule.key}/enabled", enabled, actor=actor, note=note)
        rule.refresh_from_db()
        return rule
    rule.enabled, rule.updated_at = enabled, clock.now()
    rule.save(update_fields=["enabled", "updated_at"])

    _tell(rule, "alarm_rule.enabled" if enabled else "alarm_rule.disabled", actor, note=note)
    return rule


def _tell(rule: AlarmRule, action: str, actor: Actor, note: str = "") -> None:
    audit.record(actor, action, rule, key=rule.key, enabled=rule.enabled, note=note)
    bus.publish(AlarmRuleChanged(rule=rule.key, enabled=rule.enabled), subject=f"alarm_rule/{rule.key}", actor=actor)


@transaction.atomic
def acknowledge_alarm(alarm: Alarm, *, actor: Viewer, note: str = "") -> Alarm:
    """Note that somebody has seen an alarm. Raises Conflict when somebody else already did."""
    check_may(actor, "alarm.acknowledge", on=alarm)
    alarm = Alarm.objects.select_for_update(of=("self",)).select_related("rule", "thing").get(pk=alarm.pk)
    if alarm.acknowledged_at is not None:
        raise Conflict("alarms.acknowledged", by=alarm.acknowledged_by)
    alarm.acknowledged_by, alarm.acknowledged_at = actor.actor_key, clock.now()
    alarm.acknowledged_label, alarm.acknowledged_note = actor.actor_label, note
    alarm.save(update_fields=["acknowledged_by", "acknowledged_at", "acknowledged_label", "acknowledged_note"])

    audit.record(actor, "alarm.acknowledged", alarm, note=note)
    organisations = (alarm.organisation_path,) if alarm.organisation_path else ()
    bus.publish(
        AlarmAcknowledged(alarm=alarm.pk, by=actor.actor_key), subject=f"alarm/{alarm.pk}", actor=actor,
        region_path=alarm.region_path, organisation_paths=organisations,
    )  # fmt: skip
    return alarm
