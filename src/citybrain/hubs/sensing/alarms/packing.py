"""`alarms.yaml` in packs: checked against the thing models, and applied."""

from __future__ import annotations

from typing import Any

from citybrain.base import packs
from citybrain.base.audit import Actor
from citybrain.base.packs.problems import guess
from citybrain.hubs.sensing.alarms.actions import declare_rule, retire_rules_of
from citybrain.hubs.sensing.alarms.manifest import AlarmsFile, SilenceRule, ThresholdRule
from citybrain.hubs.sensing.things.manifest import PropertyDefinition, ThingsFile


def check_alarms(pack: packs.Contents, parsed: AlarmsFile, findings: packs.Findings) -> None:
    """Models, properties and case types exist; thresholds lie where the property can reach them."""
    models = _models(findings)
    for key, rule in parsed.rules.items():
        place = ("rules", key)
        if rule.case_type:
            findings.check_name((*place, "case_type"), "case_type", rule.case_type)
        if not findings.check_name((*place, "model"), "model", rule.model) or rule.model not in models:
            continue
        properties = models[rule.model]
        if rule.property not in properties:
            near = guess(rule.property, properties) or ", ".join(sorted(properties))
            findings.add(
                (*place, "property"), "alarms.unknown_property", property=rule.property, model=rule.model, guess=near
            )
            continue
        declared = properties[rule.property]
        if isinstance(rule, ThresholdRule):
            _check_threshold(rule, declared, place, findings)
        else:
            _check_silence(rule, declared, place, findings)


def _models(findings: packs.Findings) -> dict[str, dict[str, PropertyDefinition]]:
    found: dict[str, dict[str, PropertyDefinition]] = {}
    for _, parsed in findings.declared("things.yaml"):
        assert isinstance(parsed, ThingsFile)
        for key, model in parsed.models.items():
            found.setdefault(key, model.properties)
    return found


def _check_threshold(
    rule: ThresholdRule, declared: PropertyDefinition, place: tuple[Any, ...], findings: packs.Findings
) -> None:
    if declared.type == "enum":
        findings.add((*place, "property"), "alarms.threshold_of_enum", property=rule.property)
        return
    low, high = (0.0, 1.0) if declared.type == "boolean" else (declared.min, declared.max)
    for name in ("raise_at", "clear_at"):
        value = getattr(rule, name)
        if (low is not None and value < low) or (high is not None and value > high):
            about = {"name": name, "value": value, "min": low, "max": high, "property": rule.property}
            findings.add((*place, name), "alarms.out_of_reach", **about)


def _check_silence(
    rule: SilenceRule, declared: PropertyDefinition, place: tuple[Any, ...], findings: packs.Findings
) -> None:
    period = declared.period_seconds
    if period is not None and rule.after_seconds <= period:
        findings.add((*place, "after_seconds"), "alarms.silence_too_short", after=rule.after_seconds, period=period)


def apply_alarms(pack: packs.Contents, parsed: AlarmsFile, *, actor: Actor) -> None:
    """Write the rules; those that the pack no longer declares are retired: no new alarms, old ones stay readable."""
    for key, rule in sorted(parsed.rules.items()):
        declare_rule(key, rule, pack=pack.key, actor=actor)
    retire_rules_of(pack.key, keep=set(parsed.rules), actor=actor)
