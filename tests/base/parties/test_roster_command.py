"""`citybrain city organisations FILE`: YAML and CSV, with every kind of mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from citybrain.base.parties.models import Organisation, Post
from citybrain.base.parties.queries import organisation_of
from citybrain.site.cli import main

pytestmark = pytest.mark.django_db

ROSTER = """\
organisations:
  - code: bureau
    name: 市水利局
    kind: department
    parent: gov
    region: "4206"
    posts:
      - {code: duty, name: 值班长, name_en: Duty officer}
    children:
      - code: "0710"
        name: 防汛办
        children: [{code: team, name: 抢险队, kind: team}]
  - {code: company, name: 水务公司, kind: enterprise}
"""


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """The command line without setting Django, the clock and the log up again."""
    monkeypatch.setattr("citybrain.site.cli.set_up", lambda data: None)
    monkeypatch.setenv("LANG", "C.UTF-8")


def write(tmp_path: Path, text: str, name: str = "roster.yaml") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_nested_roster_makes_the_tree_with_posts(cast, tmp_path, capsys):
    file = write(tmp_path, ROSTER)
    assert main(["city", "organisations", file]) == 0

    assert "4 created, 0 changed, 0 moved, 1 posts written" in capsys.readouterr().out
    assert organisation_of("team").path == "/gov/bureau/0710/team/"
    assert organisation_of("company").path == "/company/"
    assert organisation_of("bureau").region == cast.root
    assert Post.objects.get().name_en == "Duty officer"

    main(["city", "organisations", file])
    assert "0 created, 0 changed, 0 moved, 0 posts written" in capsys.readouterr().out


def test_a_newer_roster_renames_and_moves_and_takes_nothing_away(cast, tmp_path, capsys):
    main(["city", "organisations", write(tmp_path, ROSTER)])
    newer = (
        "- {code: company, name: 水务集团, kind: enterprise, parent: bureau}",
        "- {code: team, name: 抢险队, parent: eco, kind: team}",
    )
    main(["city", "organisations", write(tmp_path, "\n".join(newer))])

    assert "0 created, 1 changed, 2 moved" in capsys.readouterr().out
    assert organisation_of("company").path == "/gov/bureau/company/"
    assert organisation_of("team").path == "/gov/eco/team/"
    assert organisation_of("0710").is_active


def test_a_csv_in_any_order(cast, tmp_path):
    text = "code,name,parent,kind,region\nb,B,a,team,420606\na,A,gov,,\n"
    assert main(["city", "organisations", write(tmp_path, text, "roster.csv")]) == 0
    assert organisation_of("b").path == "/gov/a/b/"
    assert organisation_of("b").region.code == "420606"
    assert organisation_of("a").kind == "department"


def test_wrong_entries_are_named_by_file_and_line_and_the_good_ones_kept(cast, tmp_path, capsys):
    text = """\
- {code: good, name: 好, parent: gov}
- {code: good, name: again, parent: gov}
- {code: a b, name: x}
- {code: blank, name: ""}
- {code: lost, name: x, parent: nowhere}
- {code: far, name: x, region: "999999"}
- {code: typo, name: x, colour: red}
- just text
- {code: list, name: [x]}
- {code: twice, name: x, posts: [{code: p, name: p}, {code: p, name: q}]}
- {code: ring, name: x, parent: ring}
"""
    assert main(["city", "organisations", write(tmp_path, text)]) == 0

    assert set(Organisation.objects.exclude(code__in=["gov", "urban", "urban-fancheng", "eco"])
               .values_list("code", flat=True)) == {"good"}  # fmt: skip
    assert sorted(capsys.readouterr().err.splitlines(), key=lambda line: int(line.split(":")[2])) == [
        "left out: roster.yaml:2: The code good is there twice",
        "left out: roster.yaml:3: The code a b is not valid",
        "left out: roster.yaml:4: name is blank or longer than 120 characters",
        "left out: roster.yaml:5: Organisation lost lies in nowhere, which is not there",
        "left out: roster.yaml:6: There is no region 999999",
        "left out: roster.yaml:7: Cannot be read: unknown key colour",
        "left out: roster.yaml:8: Cannot be read: not an organisation",
        "left out: roster.yaml:9: Cannot be read: name is not what is expected there",
        "left out: roster.yaml:10: A post is there twice or has no name",
        "left out: roster.yaml:11: Organisation ring lies in ring, which is not there",
    ]


def test_wrong_csv_rows_are_named_too(cast, tmp_path, capsys):
    text = 'code,name\na,A\nb,B,C\nc,"C"x\nd,D\n'
    assert main(["city", "organisations", write(tmp_path, text, "roster.csv")]) == 0
    said = capsys.readouterr()
    assert "2 created" in said.out
    assert "roster.csv:3: 3 columns where 2 are expected" in said.err
    assert "roster.csv:4: Cannot be read" in said.err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("roster.yaml", "- {code: a\n- b", "roster.yaml:2"),
        ("roster.yaml", "just text", "a list of organisations is expected"),
        ("roster.yaml", "", "a list of organisations is expected"),
        ("roster.csv", "id,title\n1,x\n", "must name the columns code, name"),
        ("none.yaml", None, "none.yaml cannot be read"),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused_in_a_sentence(tmp_path, capsys, name, text, words):
    file = write(tmp_path, text, name) if text is not None else str(tmp_path / name)
    assert main(["city", "organisations", file]) == 2
    assert words in capsys.readouterr().err


def test_a_roster_that_bites_its_own_tail_ends(cast, tmp_path, capsys):
    text = "- &a {code: a, name: A, children: [*a]}\n"
    assert main(["city", "organisations", write(tmp_path, text)]) == 0
    assert organisation_of("a").path == "/a/"
    assert "left out: roster.yaml:1: The code a is there twice" in capsys.readouterr().err
