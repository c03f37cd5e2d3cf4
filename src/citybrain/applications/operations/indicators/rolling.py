"""From rows to numbers: SQL that rolls rows up by region and by organisation."""

from __future__ import annotations

from collections.abc import Iterator

from citybrain.applications.operations.indicators.manifest import Aggregate, IndicatorDefinition

NEEDS: dict[Aggregate, tuple[str, ...]] = {
    "ratio": ("numerator", "denominator"), "count": (), "sum": ("value",), "mean": ("value",), "median": ("value",),
    "p90": ("value",), "max": ("value",), "min": ("value",),
}  # fmt: skip
"""Columns that the rows must have beside `period`, `subject` and `region_path`."""
NUMBERS: dict[Aggregate, tuple[str, str, str]] = {
    "ratio": ("{scale} * sum(numerator) / nullif(sum(denominator), 0)", "sum(numerator)", "sum(denominator)"),
    "count": ("{scale} * count(*)", "count(*)", "NULL"),
    "sum": ("{scale} * coalesce(sum(value), 0)", "sum(value)", "NULL"),
    "mean": ("{scale} * sum(value) / nullif(count(value), 0)", "sum(value)", "count(value)"),
    "median": ("{scale} * median(value)", "NULL", "NULL"),
    "p90": ("{scale} * quantile_cont(value, 0.9)", "NULL", "NULL"),
    "max": ("{scale} * max(value)", "NULL", "NULL"),
    "min": ("{scale} * min(value)", "NULL", "NULL"),
}
NOTHING: dict[Aggregate, float] = {"count": 0.0}
"""What a period without any row comes to; for the other ways of adding up there is no value then."""
PRECISION = 9
"""Decimals that a value keeps: adding the same numbers in another order may differ beyond."""


def columns_of(definition: IndicatorDefinition) -> tuple[str, ...]:
    """What is needed of the rows to roll them up: who each of them is takes more room than all of it."""
    by = ("organisation_path",) if definition.by_organisation else ()
    return ("period", "region_path", *by, *NEEDS[definition.aggregate])


def numbers(definition: IndicatorDefinition) -> str:
    """SELECT columns value, numerator, denominator, rows over a group of rows."""
    texts = [one.format(scale=repr(float(definition.scale))) for one in NUMBERS[definition.aggregate]]
    rounded = [f"round(CAST({text} AS DOUBLE), {PRECISION})" for text in texts]
    named = zip(rounded, ("value", "numerator", "denominator"), strict=True)
    return ", ".join(f"{text} AS {name}" for text, name in named) + ", count(*) AS rows"


def rolled_up(definition: IndicatorDefinition, *, root: str) -> str:
    """SELECT period, dimension, code, value, numerator, denominator, rows FROM `counted`.

    A row counts for its region and every region above it down from the city, and so for organisations; with `rolls_up`
    off for its own region alone. A row without a region counts for the city as a whole.
    """
    return " UNION ALL ".join(_dimensions(definition, root))


def with_nothing(found: str, definition: IndicatorDefinition, *, before: str, root: str) -> str:
    """SELECT `found` and, for a count, a zero where a place that counts anything in these periods, now or `before`,
    has no row; the city always has its number.
    """
    if definition.aggregate not in NOTHING:
        return f"SELECT * FROM {found}"  # noqa: S608 - constants
    nothing, top = NOTHING[definition.aggregate], root.replace("'", "''")
    return f"""
    SELECT * FROM {found} UNION ALL
    SELECT period, dimension, code, {nothing}, {nothing}, NULL, 0
    FROM (SELECT period FROM periods) CROSS JOIN (
      SELECT dimension, code FROM {found} UNION SELECT dimension, code FROM {before}
      UNION SELECT 'region', '{top}')
    ANTI JOIN {found} USING (period, dimension, code)
    """  # noqa: S608 - constants


def _dimensions(definition: IndicatorDefinition, root: str) -> Iterator[str]:
    top = root.replace("'", "''")
    parts, most = "string_split(trim(region_path, '/'), '/')", definition.depth + 1
    own = f"CASE WHEN len({parts}) <= {most} THEN [{parts}[-1]] ELSE [] END"
    codes = f"list_slice({parts}, 1, {most})" if definition.rolls_up else own
    yield _by("region", f"CASE WHEN coalesce(region_path, '') = '' THEN ['{top}'] ELSE {codes} END", definition)
    if definition.by_organisation:
        yield _by("organisation", "string_split(trim(organisation_path, '/'), '/')", definition)


def _by(dimension: str, codes: str, definition: IndicatorDefinition) -> str:
    named = f"SELECT *, unnest({codes}) AS code FROM counted"  # noqa: S608 - constants
    return (
        f"SELECT period, '{dimension}' AS dimension, code, {numbers(definition)}"  # noqa: S608 - constants
        f" FROM ({named}) WHERE code <> '' GROUP BY period, code"
    )
