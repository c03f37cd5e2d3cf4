"""Text classification as a capability that can be called by name."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from citybrain.hubs.intelligence.capabilities import capability
from citybrain.hubs.intelligence.texts.queries import RUNNERS_UP, model_store

Part = Annotated[str, Field(max_length=20_000)]
Parts = Annotated[list[Part], Field(min_length=1, max_length=8)]


class TextsInput(BaseModel):
    """Texts, each in one or more parts (subject, details)."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[list[Parts], Field(min_length=1, max_length=500)]


class LabelShown(BaseModel):
    label: str
    probability: float


class TextShown(LabelShown):
    """The best label and the runners-up, best first."""

    alternatives: list[LabelShown]


class TextsOutput(BaseModel):
    model: str
    texts: list[TextShown]


@capability(
    "texts.classify",
    version="1.0.0",
    title={"zh": "文本分类:诉求属于哪一类", "en": "Text classification: what kind of matter a report is about"},
    input=TextsInput,
    output=TextsOutput,
    source="Linear SVM over TF-IDF of characters and words (scikit-learn), temperature-scaled (Guo et al. 2017)",
)
def classify_texts(given: TextsInput) -> TextsOutput:
    """Raises Unavailable `texts.no_model` when none is trained."""
    name, model = model_store().current()
    shown = [
        TextShown(
            label=found.label,
            probability=found.probability,
            alternatives=[LabelShown(label=label, probability=p) for label, p in found.alternatives[:RUNNERS_UP]],
        )
        for found in model.classify(given.texts)
    ]
    return TextsOutput(model=name, texts=shown)
