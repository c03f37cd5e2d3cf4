"""Tables of casework: what is declared (types, loops, clocks, responsibilities) and what happens (cases)."""

from citybrain.hubs.business.cases.models.case import Assignment, Case, Evidence, Extension, NumberDay, TimelineEntry
from citybrain.hubs.business.cases.models.catalogue import (
    CalendarYear,
    CaseLabel,
    CaseType,
    CatalogueVersion,
    ClockPlan,
    Loop,
    WorkCalendar,
)
from citybrain.hubs.business.cases.models.clocks import ClockRun, SelfTest
from citybrain.hubs.business.cases.models.responsibility import Responsibility

__all__ = [
    "Assignment",
    "CalendarYear",
    "Case",
    "CaseLabel",
    "CaseType",
    "CatalogueVersion",
    "ClockPlan",
    "ClockRun",
    "Evidence",
    "Extension",
    "Loop",
    "NumberDay",
    "Responsibility",
    "SelfTest",
    "TimelineEntry",
    "WorkCalendar",
]
