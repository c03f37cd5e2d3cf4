"""Ways of working as state graphs: how they are written, what a judge refuses, and how they are drawn."""

from citybrain.hubs.business.cases.loops.graph import LoopDefinition, Relation, State, Transition
from citybrain.hubs.business.cases.loops.judge import Flaw, flaws_of
from citybrain.hubs.business.cases.loops.verbs import NEEDS, VERBS, Verb

__all__ = [
    "NEEDS",
    "VERBS",
    "Flaw",
    "LoopDefinition",
    "Relation",
    "State",
    "Transition",
    "Verb",
    "flaws_of",
]
