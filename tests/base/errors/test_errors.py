"""A refusal says what happened and what to do, in both languages, in one shape."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from citybrain.base import errors
from citybrain.base.errors import BadInput, CityError, FieldError, NotFound, catalogue, load_catalogue, text_of


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_a_problem_document_says_which_field_why_and_what_would_be_right() -> None:
    wrong = FieldError("reading[3].at", "input.not_allowed", {"value": "x", "allowed": "a, b"})
    problem = BadInput("input.invalid", fields=(wrong,)).problem("en")
    assert problem == {
        "type": "/docs/errors#input.invalid",
        "title": "The input is not valid",
        "status": 422,
        "code": "input.invalid",
        "detail": "Correct each field as said at it and try again.",
        "errors": [
            {
                "field": "reading[3].at",
                "code": "input.not_allowed",
                "reason": "The value x is not allowed; allowed: a, b",
                "cure": "Use one of the listed values.",
            }
        ],
    }


def test_a_refusal_reads_in_the_language_of_the_reader() -> None:
    refusal = BadInput("input.not_allowed", value="x", allowed="a")
    assert refusal.title("zh") == "不允许的值 x；可用：a"
    assert refusal.title("zh-hans") == refusal.title("zh")
    assert refusal.title("fr") == refusal.title("en") == str(refusal).split(" Use")[0]


def test_a_code_without_text_and_data_without_value_are_never_hidden() -> None:
    assert text_of("nowhere.known", "title", "zh", {}) == "nowhere.known"
    assert "<allowed>" in BadInput("input.not_allowed", value="x").title()


def test_statuses_follow_the_tree() -> None:
    statuses = {cls.__name__: cls.status for cls in (getattr(errors, name) for name in errors.__all__)
                if isinstance(cls, type) and issubclass(cls, CityError)}  # fmt: skip
    assert statuses == {
        "BadInput": 422, "BatchRejected": 422, "CityError": 500, "Conflict": 409, "Forbidden": 403,
        "Misconfigured": 500, "NotFound": 404, "NotSignedIn": 401, "TooLarge": 413, "TooMany": 429, "Unavailable": 503,
    }  # fmt: skip
    assert isinstance(NotFound("input.not_found"), CityError)


def test_every_text_of_the_platform_fills_in_with_any_data() -> None:
    for code, texts in catalogue().items():
        assert "." in code or code == "internal"
        for part in ("title", "cure"):
            for language in ("zh", "en"):
                data = dict.fromkeys(placeholders(texts[part][language]), 1)
                assert text_of(code, part, language, data), code


def test_no_code_is_raised_that_has_no_text() -> None:
    """Every code in a string of an error class's call has an entry in some `errors.yaml`."""
    import ast

    import citybrain

    names = {name for name in errors.__all__ if name[0].isupper()}
    missing = []
    for path in Path(citybrain.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
                continue
            given = node.args[1 if node.func.id == "FieldError" else 0 :]
            if given and isinstance(given[0], ast.Constant) and given[0].value not in catalogue():
                missing.append(f"{path.name}:{node.lineno} {given[0].value}")
    assert missing == []


def write(folder: Path, text: str) -> Path:
    path = folder / "errors.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("test.half:\n  title: {zh: 一}\n  cure: {zh: 一, en: one}\n", "test.half.title needs a text in zh and in en"),
        ("test.bare:\n  title: {zh: 一, en: one}\n", "test.bare.cure needs a text in zh and in en"),
        ("input.invalid:\n  title: {zh: 一, en: one}\n  cure: {zh: 一, en: one}\n", "two catalogues|twice"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(tmp_path: Path, text: str, words: str) -> None:
    catalogue()
    with pytest.raises(ValueError, match=words):
        load_catalogue(write(tmp_path, text))
