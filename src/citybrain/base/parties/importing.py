"""Many organisations at once, in a handful of statements; the work of `actions.import_organisations`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from citybrain.base.errors import CityError, FieldError
from citybrain.base.parties.models import Organisation, Post
from citybrain.base.parties.types import OrganisationRow
from citybrain.base.places.models import Region
from citybrain.base.querying.trees import move_subtree, path_of


@dataclass(frozen=True)
class RowDone:
    """A row that was taken: `was` names what it changed, each with what stood there before."""

    row: OrganisationRow
    outcome: str  # created, changed or same
    was: dict[str, str]


@dataclass
class Imported:
    """What an import did, by code, and which rows it left out."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)  # code, old path, new path
    posts: int = 0
    problems: list[FieldError] = field(default_factory=list)
    rows: list[RowDone] = field(default_factory=list)  # those that were taken, in the order of the file

    @property
    def is_change(self) -> bool:
        return bool(self.created or self.changed or self.moved or self.posts)


class OrganisationImport:
    """One import: known organisations are brought to what the rows say, new ones made from the top down."""

    def __init__(self, rows: Sequence[OrganisationRow]):
        self.done = Imported()
        self.given = rows
        self.left_out: set[str] = set()
        self.was: dict[str, dict[str, str]] = {}
        codes = {row.code for row in rows} | {row.parent for row in rows if row.parent}
        self.known = {one.code: one for one in Organisation.objects.select_related("region").filter(code__in=codes)}
        wanted = {row.region for row in rows if row.region}
        self.regions = {region.code: region for region in Region.objects.filter(code__in=wanted)}
        self.rows = self._in_order([row for row in rows if self._region_is_there(row)])

    def run(self) -> Imported:
        """Bring the tables to what the rows say; rows that cannot be taken become problems."""
        self._create_missing()
        self._update_existing()
        self._write_posts()
        self.done.rows = [
            self._said(row) for row in self.given if row.code not in self.left_out or row.code in self.was
        ]
        return self.done

    def _said(self, row: OrganisationRow) -> RowDone:
        was = self.was.get(row.code, {})
        return RowDone(row, "created" if row.code in self.new else "changed" if was else "same", was)

    def _refuse(self, row: OrganisationRow, code: str, data: Mapping[str, object]) -> None:
        self.left_out.add(row.code)
        self.done.problems.append(FieldError(row.where, code, dict(data)))

    def _region_is_there(self, row: OrganisationRow) -> bool:
        if row.region is None or row.region in self.regions:
            return True
        self._refuse(row, "place.unknown_region", {"region": row.region})
        return False

    def _in_order(self, rows: list[OrganisationRow]) -> list[OrganisationRow]:
        """Each row after its parent; what hangs on nothing, or on itself in a circle, becomes a problem."""
        placed: dict[str, OrganisationRow] = {}
        mine = {row.code for row in rows}
        waiting = rows
        while waiting:
            ready = [r for r in waiting if r.parent is None or r.parent in placed or self._stands(r.parent, mine)]
            if not ready:
                break
            placed |= {row.code: row for row in ready}
            waiting = [row for row in waiting if row.code not in placed]
        for row in waiting:
            self._refuse(row, "party.row_orphan", {"organisation": row.code, "parent": row.parent})
        return list(placed.values())

    def _stands(self, code: str, mine: set[str]) -> bool:
        """Whether an organisation is there already and this import does not place it itself."""
        return code in self.known and code not in mine

    def _create_missing(self) -> None:
        self.new: set[str] = set()
        waiting = [row for row in self.rows if row.code not in self.known]
        while waiting:
            ready = [row for row in waiting if row.parent is None or row.parent in self.known]
            made = [one for one in map(self._made, ready) if one is not None]
            for one in Organisation.objects.bulk_create(made):
                self.known[one.code] = one
                self.new.add(one.code)
                self.done.created.append(one.code)
            left_out = {row.code for row in ready} - self.new
            waiting = [r for r in waiting if r.code not in self.known and r.code not in left_out]
            if not made:
                break
        for row in waiting:
            self._refuse(row, "party.row_orphan", {"organisation": row.code, "parent": row.parent})

    def _made(self, row: OrganisationRow) -> Organisation | None:
        parent = self.known[row.parent] if row.parent else None
        try:
            path = path_of(row.code, parent)
        except CityError as error:
            self._refuse(row, error.code, error.data)
            return None
        return Organisation(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            kind=row.kind,
            parent=parent,
            path=path,
            region=self.regions.get(row.region or ""),
        )

    def _update_existing(self) -> None:
        """Names and regions, then the moves; a row without parent stays where it is."""
        changed: list[Organisation] = []
        moves: list[tuple[Organisation, OrganisationRow]] = []
        for row in self.rows:
            one = self.known.get(row.code)
            if one is None or row.code in self.new:
                continue
            region = self.regions.get(row.region or "")
            region_id = region.pk if region else one.region_id
            said = (row.name, row.name_en or one.name_en, row.kind, region_id)
            if said != (one.name, one.name_en, one.kind, one.region_id):
                self.was[one.code] = _differences(one, said)
                one.name, one.name_en, one.kind, one.region_id = said
                changed.append(one)
                self.done.changed.append(one.code)
            if row.parent and row.parent in self.known and one.parent_id != self.known[row.parent].pk:
                moves.append((one, row))
        Organisation.objects.bulk_update(changed, ["name", "name_en", "kind", "region"], batch_size=200)
        self._move_all(moves)

    def _move_all(self, waiting: list[tuple[Organisation, OrganisationRow]]) -> None:
        """What cannot move yet, because its new parent is still below it, is tried again after the others moved."""
        while waiting:
            refused = []
            for one, row in waiting:
                try:
                    self._move(one, row)
                except CityError as error:
                    refused.append((one, row, error))
            if len(refused) == len(waiting):
                for _, row, why in refused:
                    self._refuse(row, why.code, why.data)
                return
            waiting = [(one, row) for one, row, _ in refused]

    def _move(self, one: Organisation, row: OrganisationRow) -> None:
        before = one.path.rstrip("/").split("/")[-2]
        old_path = move_subtree(one, self.known[str(row.parent)])
        self.was.setdefault(one.code, {})["parent"] = before
        self.done.moved.append((one.code, old_path, one.path))
        for other in self.known.values():
            if other.path.startswith(old_path):
                other.path = one.path + other.path[len(old_path) :]

    def _write_posts(self) -> None:
        wanted = {(row.code, post.code): post for row in self.rows if row.code in self.known for post in row.posts}
        there = {
            (post.organisation.code, post.code): post
            for post in Post.objects.filter(organisation__code__in={code for code, _ in wanted}).select_related(
                "organisation"
            )
        }
        changed = []
        for key, post in there.items():
            said = wanted.get(key)
            if said is not None and (said.name, said.name_en or post.name_en) != (post.name, post.name_en):
                post.name, post.name_en = said.name, said.name_en or post.name_en
                changed.append(post)
        made = [
            Post(organisation=self.known[organisation], code=code, name=post.name, name_en=post.name_en)
            for (organisation, code), post in wanted.items()
            if (organisation, code) not in there
        ]
        Post.objects.bulk_update(changed, ["name", "name_en"], batch_size=200)
        Post.objects.bulk_create(made)
        self.done.posts = len(changed) + len(made)


def _differences(one: Organisation, said: tuple[str, str, str, int | None]) -> dict[str, str]:
    """What of an organisation is about to change, each with what stands there now."""
    now = (one.name, one.name_en, one.kind, one.region_id)
    words = (one.name, one.name_en, one.kind, one.region.code if one.region else "")
    names = ("name", "name_en", "kind", "region")
    return {name: word for name, word, old, new in zip(names, words, now, said, strict=True) if old != new}
