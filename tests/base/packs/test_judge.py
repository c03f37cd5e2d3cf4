"""The judge of packs: every mistake is told with its file, its line and what would be right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from citybrain.base.errors import catalogue
from citybrain.base.packs import check_packs, find_sources
from tests.base.packs.conftest import ALARMS, CASES, PACK, RIGHT, THINGS

pytestmark = pytest.mark.django_db


def only(problems):
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_a_pack_that_is_right_has_no_problems(write_pack):
    assert check_packs([write_pack()]) == []


def test_every_pack_that_comes_with_the_platform_is_right_and_proves_its_history():
    assert {source.key for source in find_sources() if source.kind == "builtin"} >= {"environment", "traffic", "urban"}
    assert [str(problem) for problem in check_packs(proving=True)] == []


LOOP = """
loops:
  - key: pumps.mend
    title: {zh: 抢修, en: Mending}
    stages: [{key: all, title: {zh: 全程, en: All}}]
    initial: new
    states:
      - {key: new, stage: all, kind: waiting, title: {zh: 待派遣, en: New}}
      - {key: repairing, stage: all, kind: working, title: {zh: 抢修中, en: Repairing}}
      - {key: closed, stage: all, kind: ended, title: {zh: 已结束, en: Closed}}
    transitions:
      - {key: dispatch, title: {zh: 派遣, en: Dispatch}, from: [new], to: repairing, verb: dispatch, who: [dispatcher]}
      - key: close
        title: {zh: 办结, en: Close}
        from: [repairing]
        to: closed
        verb: close
        who: [dispatcher]
        needs: [summary]
        outcome: resolved
        guard: true
"""
SCREEN = """
scenes:
  pumps.main:
    title: {zh: 泵站, en: Pumps}
    elements:
      - {key: one, kind: number, at: {column: 1, row: 1, width: 4, height: 2}, indicator: pumps.floods}
"""

# what: file, the text that is changed, what it becomes, a text in the line that must be told, the code, words of it
WRONG = {
    "broken yaml": ("alarms", "    op: gt", "   op: gt", "   op: gt", "packs.yaml", ""),
    "a tab": ("alarms", "    title: {zh: 水位过高", "\ttitle: {zh: 水位过高", "\ttitle", "packs.yaml", ""),
    "not a mapping": ("alarms", ALARMS, "- a\n", "- a", "packs.mapping", ""),
    "too deep": ("alarms", ALARMS, f"rules: {'[' * 60}{']' * 60}", "rules:", "packs.yaml", "deeper"),
    "a key twice": ("things", "        min: 0", "        unit: m\n        min: 0", "unit: m\n        min",
                    "packs.key_twice", "The key unit stands twice"),
    "a key misspelt": ("alarms", "    op: gt", "    op: gt\n    severty: 2", "severty", "packs.unknown_key_guess",
                       "Did you mean severity?"),
    "an odd key": ("things", "        min: 0", "        colour: red\n        min: 0", "colour", "packs.unknown_key",
                   "Allowed here: description, max, min"),
    "a key missing": ("alarms", "    clear_at: 3.5\n", "", "pumps.level_high:", "packs.missing", "clear_at is missing"),
    "english missing": ("things", ", en: Water level", "", "zh: 水位}", "packs.missing", "en is missing"),
    "chinese empty": ("things", "zh: 水位,", "zh: '',", "zh: ''", "packs.empty", ""),
    "an unknown unit": ("things", "unit: m", "unit: metre", "unit: metre", "packs.unit", "Unknown unit metre"),
    "a foreign unit": ("things", "unit: m", "unit: psi", "unit: psi", "packs.unit", "Pa, hPa, kPa, MPa, bar?"),
    "another case of letters": ("things", "unit: m", "unit: KPA", "unit: KPA", "packs.unit", "mean kPa?"),
    "no unit at all": ("things", "unit: m", "unit: zorkmid", "unit: zorkmid", "packs.unit_strange", "packs units"),
    "no unit": ("things", "        unit: m\n", "", "level:", "things.unit_missing", ""),
    "a range upside down": ("things", "min: 0", "min: 11", "level:", "things.range", "11"),
    "an enum without values": ("things", "type: boolean", "type: enum", "running:", "things.values", ""),
    "a word for a number": ("alarms", "raise_at: 4", "raise_at: high", "raise_at", "packs.number", "high"),
    "a severity of 7": ("alarms", "severity: 2", "severity: 7", "severity: 7", "packs.bound", "<= 4"),
    "a word for a switch": ("alarms", "severity: 2", "severity: 2\n    enabled: no", "enabled: no", "packs.boolean",
                            "not no. Write true or false"),
    "a version of two numbers": ("pack", "version: 1.0.0", "version: 1.0", "version", "packs.version",
                                 "1.0 is not a version. Write major.minor.patch, such as 1.0.0."),
    "the same in quotes": ("pack", "version: 1.0.0", "version: '1.0'", "version", "packs.version", "such as 1.0.0."),
    "a required key misspelt": ("alarms", "clear_at: 3.5", "clear_att: 3.5", "clear_att", "packs.unknown_key_guess",
                                "Did you mean clear_at?"),
    "a full-width colon": ("pack", "owner: Drainage", "owner\uff1a Drainage", "quality:", "packs.full_width",
                           "Line 4 has a full-width \uff1a"),
    "a full-width comma": ("alarms", "{zh: 水位过高, en", "{zh: 水位过高\uff0c en", "水位过高", "packs.full_width",
                           "\uff0c"),
    "an unknown operator": ("alarms", "op: gt", "op: '>'", "op:", "packs.choice", "'gt'"),
    "an unknown kind": ("alarms", "kind: silence", "kind: quiet", "pumps.silent:", "packs.choice", "quiet"),
    "thresholds out of order": ("alarms", "clear_at: 3.5", "clear_at: 4.5", "pumps.level_high:",
                                "alarms.threshold_order", "at or below"),
    "a threshold out of reach": ("alarms", "raise_at: 4", "raise_at: 40", "raise_at", "alarms.out_of_reach", "never"),
    "too short a silence": ("alarms", "600", "60", "after_seconds", "alarms.silence_too_short", ""),
    "an unknown model": ("alarms", "model: pumps.station", "model: pumps.statoin", "pumps.statoin",
                         "packs.unknown_name", "Did you mean pumps.station?"),
    "an unknown property": ("alarms", "property: level", "property: levle", "levle", "alarms.unknown_property",
                            "Did you mean level?"),
    "an unknown case type": ("alarms", "pumps.flooding", "pumps.floding", "pumps.floding", "packs.unknown_name",
                             "Did you mean pumps.flooding?"),
    "an unknown responsibility": ("cases", "case_type: pumps,", "case_type: pmups,", "pmups", "packs.unknown_name",
                                  "pumps"),
    "a file that is not there": ("pack", "owner:", "files: [table.csv]\nowner:", "table",
                                "packs.file_missing", "table"),
    "another pack's key": ("pack", "key: pumps", "key: pmups", "key:", "packs.key_is_not_folder", "pumps"),
    "a missing dependency": ("pack", "owner:", "depends: [enviroment]\nowner:", "depends", "packs.dependency_missing",
                             "Did you mean environment?"),
    "a circle of one": ("pack", "owner:", "depends: [pumps]\nowner:", "depends", "packs.dependency_circle",
                        "pumps → pumps"),
    "history promised": ("pack", "history: {exempt: made for a test}", "history: done", "history",
                         "packs.history_missing", ""),
    "a rule left out": ("pack", "  silence: done\n", "", "quality:", "packs.quality_missing", "silence"),
    "an unknown rule": ("pack", "  silence: done", "  silense: done", "quality:", "packs.unknown_key_guess", "silence"),
    "no reason": ("pack", "{exempt: no algorithms}", "{exempt: no}", "hand-checked", "packs.empty", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_told_with_its_line(write_pack, what):
    name, old, new, told, code, words = WRONG[what]
    assert old in RIGHT[f"{name}.yaml"], "the table changes something that is there"
    text = RIGHT[f"{name}.yaml"].replace(old, new, 1).lstrip("\n")
    problem = only(check_packs([write_pack(**{f"{name}_yaml": text})]))

    line = text[: text.index(told)].count("\n") + 1
    assert (problem.code, problem.line) == (code, line), str(problem)
    assert words in str(problem)
    assert problem.text("zh") != problem.text("en")


def test_a_file_that_nobody_reads(write_pack):
    problem = only(check_packs([write_pack(alarm_yaml="rules: {}\n")]))
    assert problem.code == "packs.unknown_file"
    assert "Did you mean alarms.yaml?" in str(problem)


def test_two_mistakes_are_both_told_in_the_order_of_their_lines(write_pack):
    folder = write_pack(
        alarms_yaml=ALARMS.replace("raise_at: 4", "raise_at: high").replace("severity: 4", "severity: four")
    )
    problems = check_packs([folder])
    assert [problem.code for problem in problems] == ["packs.number", "packs.whole_number"]
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_a_file_that_is_not_utf8_is_named_with_its_line(write_pack):
    folder = write_pack()
    (folder / "alarms.yaml").write_bytes("# rules\nrules: {}\n# 泵站静默\n".encode("gb18030"))
    problem = only(check_packs([folder]))
    assert (problem.code, problem.line) == ("packs.not_utf8", 3)
    assert "Save the file as UTF-8" in str(problem)


def test_a_state_misspelt_is_told_where_it_stands_with_the_one_that_was_meant(write_pack):
    folder = write_pack(cases_yaml=CASES + LOOP.replace("to: repairing", "to: reparing"))
    problem = only(check_packs([folder]))
    assert str(problem).endswith(
        "/to: There is no state reparing. Did you mean repairing? A new one is declared under states."
    )


@pytest.mark.parametrize(
    ("guard", "told"),
    [
        ("{field: severty, is: le, value: 2}", "no field severty; did you mean severity? See Conditions in docs"),
        ("{field: severity, is: under, value: 2}", "$.is: 'under' is not one of eq, ne"),
    ],
)
def test_a_guard_that_is_wrong_names_where_conditions_are_told(write_pack, guard, told):
    assert check_packs([write_pack(cases_yaml=CASES + LOOP)]) == []
    problem = only(check_packs([write_pack(cases_yaml=CASES + LOOP.replace("guard: true", f"guard: {guard}"))]))
    assert problem.place[-1] == "guard"
    assert told in str(problem)
    assert "Conditions in docs/pack-authors-guide.md" in str(problem)


def test_a_name_of_a_kind_that_nobody_declares(write_pack):
    problem = only(check_packs([write_pack(screen_yaml=SCREEN)]))
    assert problem.code == "packs.nothing_declared"
    assert "—" not in str(problem)


def test_no_cure_carries_quotes_of_its_file():
    texts = [(code, text) for code, both in catalogue().items() for part in both.values() for text in part.values()]
    assert [code for code, text in texts if text.startswith("'") or text.endswith("'")] == []


def test_packs_that_depend_on_each_other_in_a_circle(write_pack):
    first = write_pack("first", pack_yaml=PACK.replace("key: pumps", "key: first") + "depends: [second]\n",
                       things_yaml=None, alarms_yaml=None, cases_yaml=None)  # fmt: skip
    write_pack("second", pack_yaml=PACK.replace("key: pumps", "key: second") + "depends: [first]\n",
               things_yaml=None, alarms_yaml=None, cases_yaml=None)  # fmt: skip
    problem = only(check_packs([first]))
    assert problem.code == "packs.dependency_circle"
    assert "first → second → first" in str(problem)


def test_what_another_pack_declares_may_be_used_when_it_is_a_dependency(write_pack):
    rule = ALARMS.replace("pumps.station", "environment.air_station").replace("property: level", "property: pm25")
    rule = rule.replace("600", "7200")
    without = write_pack(alarms_yaml=rule)
    assert {problem.code for problem in check_packs([without])} == {"packs.unknown_name"}

    assert check_packs([write_pack(alarms_yaml=rule, pack_yaml=PACK + "depends: [environment]\n")]) == []


def test_a_pack_whose_manifest_is_refused_is_not_told_that_what_it_stands_on_does_not_exist(write_pack):
    rule = ALARMS.replace("pumps.station", "environment.air_station").replace("property: level", "property: pm25")
    refused = PACK.replace("owner: Drainage office\n", "") + "depends: [environment]\n"
    problem = only(check_packs([write_pack(alarms_yaml=rule.replace("600", "7200"), pack_yaml=refused)]))
    assert problem.file.name == "pack.yaml"
    assert "owner" in str(problem)


def test_one_name_declared_by_two_packs_is_told(write_pack):
    things = THINGS.replace("pumps.station", "environment.air_station")
    folder = write_pack(things_yaml=things, alarms_yaml=None)
    problem = only(check_packs([folder]))
    assert (problem.code, problem.line) == ("packs.name_twice", 2)
    assert "environment" in str(problem)


def test_yaml_reads_as_people_expect():
    from citybrain.base.packs.documents import parse

    data = parse("a: no\nb: 09:00\nc: 2026-03-02\nd: 007\ne: true\nf: 1e3\ng: '1'\nh:\n", Path("x.yaml")).data
    assert data == {"a": "no", "b": "09:00", "c": "2026-03-02", "d": "007", "e": True, "f": 1000.0, "g": "1", "h": None}


def test_the_command_says_file_and_line_and_fails(write_pack, data_dir):
    folder = write_pack(alarms_yaml=ALARMS.replace("property: level", "property: levle", 1))
    done = subprocess.run(
        [sys.executable, "-m", "citybrain.site.cli", "packs", "check", str(folder), "--data", str(data_dir)],
        capture_output=True, text=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert f"{folder}/alarms.yaml:5: rules/pumps.level_high/property:" in done.stdout
    assert "Did you mean level?" in done.stdout


def test_a_folder_without_a_pack_is_a_sentence(data_dir):
    done = subprocess.run(
        [sys.executable, "-m", "citybrain.site.cli", "packs", "check", str(data_dir), "--data", str(data_dir)],
        capture_output=True, text=True, env={"LANG": "zh_CN.UTF-8", "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "没有 pack.yaml" in done.stderr
