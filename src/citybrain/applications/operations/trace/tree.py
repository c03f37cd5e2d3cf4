"""A chain as lines of text: causes above their effects, indented; the fact that was asked for is marked."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from citybrain.applications.operations.trace.types import Chain, Fact
from citybrain.base.places.queries import find_city

WORDS = {
    "zh": {
        "reading": "读数", "alarm": "告警", "signal": "线索", "case": "案件", "assignment": "任务",
        "notice": "通知", "value": "指标值", "report": "报告",
        "nobody there": "（没有收件人）",
        "withheld": "（不在您的职责范围内）", "above": "（见上）", "cut": "……（内容过多，未全部列出）",
    },
    "en": {
        "reading": "reading", "alarm": "alarm", "signal": "signal", "case": "case", "assignment": "assignment",
        "notice": "notice", "value": "value", "report": "report",
        "nobody there": "(nobody there)",
        "withheld": "(outside your duties)", "above": "(see above)", "cut": "… (there is more)",
    },
}  # fmt: skip


def draw(chain: Chain, language: str) -> list[str]:
    """The lines of the tree, in `zh` or `en`, with times of the city."""
    city = find_city()
    drawing = _Drawing(chain, language, city.zone if city else ZoneInfo("UTC"))
    return [*drawing.lines(), *([WORDS[language]["cut"]] if chain.is_cut else [])]


class _Drawing:
    def __init__(self, chain: Chain, language: str, zone: ZoneInfo):
        self.chain, self.language, self.zone = chain, language, zone
        self.words = WORDS[language]
        self.facts = {fact.ref: fact for fact in chain.facts}
        self.effects: dict[str, list[tuple[str, str]]] = {}
        for link in chain.links:
            self.effects.setdefault(link.cause, []).append((link.relation, link.effect))
        self.drawn: set[str] = set()

    def lines(self) -> Iterator[str]:
        effects = {link.effect for link in self.chain.links}
        for fact in self.chain.facts:
            if fact.ref not in effects:
                yield from self._draw(fact, 0, "")
        for fact in self.chain.facts:  # a circle has no beginning
            if fact.ref not in self.drawn:
                yield from self._draw(fact, 0, "")

    def _draw(self, fact: Fact, depth: int, relation: str) -> Iterator[str]:
        again = fact.ref in self.drawn
        self.drawn.add(fact.ref)
        mark = "*" if fact.ref == self.chain.root else " "
        arrow = f"└─ {relation} → " if depth else ""
        yield f"{mark} {'   ' * max(0, depth - 1)}{arrow}{self._words_of(fact, again)}"
        if again:
            return
        for next_relation, ref in self.effects.get(fact.ref, []):
            yield from self._draw(self.facts[ref], depth + 1, next_relation)

    def _words_of(self, fact: Fact, again: bool) -> str:
        kind = self.words[fact.kind]
        if fact.withheld:
            return f"{kind} {self.words['withheld']}"
        if again:
            return f"{kind} {fact.id} {self.words['above']}"
        at = fact.at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S") if fact.at else ""
        why = self.words.get(str(fact.data.get("why", "")), "")
        parts = (kind, fact.id or "", fact.title.get(self.language, ""), fact.state, at, why)
        return "  ".join(part for part in parts if part)
