"""The HTTP door of parties: the organisation tree and its posts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from citybrain.base.accounts.http import CityRequest, Given, PageOf, Paging
from citybrain.base.parties import actions, queries
from citybrain.base.parties.models import Organisation, Post
from citybrain.base.places.queries import region_of

router = Router(tags=["parties"])

Code = Annotated[str, Field(min_length=1, max_length=64, examples=["urban"])]
Codes = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=120, examples=["市城管执法委"])]
Kind = Annotated[str, Field(min_length=1, max_length=32, examples=["department"])]


class OrganisationSummary(Schema):
    code: str = Field(examples=["urban"])
    name: str = Field(examples=["市城管执法委"])
    name_en: str = Field(examples=["Urban management committee"])
    kind: str = Field(examples=["department"])
    parent: str | None = Field(description="Code of the one above it; null for a root", examples=["gov"])
    path: str = Field(examples=["/gov/urban/"], description="Codes from the root down")
    region: str | None = Field(description="Code of the region it looks after", examples=["4206"])
    is_active: bool
    has_parts: bool = Field(description="Whether there are active ones below it")

    @staticmethod
    def resolve_has_parts(organisation: Organisation) -> bool:
        return queries.has_parts(organisation)

    @staticmethod
    def resolve_parent(organisation: Organisation) -> str | None:
        return organisation.parent.code if organisation.parent else None

    @staticmethod
    def resolve_region(organisation: Organisation) -> str | None:
        return organisation.region.code if organisation.region else None


class PostOut(Schema):
    code: str = Field(examples=["duty-officer"])
    name: str = Field(examples=["值班长"])
    name_en: str = Field(examples=["Duty officer"])


class OrganisationAbove(Schema):
    code: str
    name: str


class OrganisationDetail(OrganisationSummary):
    above: list[OrganisationAbove] = Field(description="From the root down")
    posts: list[PostOut]

    @staticmethod
    def resolve_above(organisation: Organisation) -> list[Organisation]:
        return queries.ancestors_of(organisation)

    @staticmethod
    def resolve_posts(organisation: Organisation) -> list[Post]:
        return queries.posts_of(organisation)


class OrganisationCreate(Schema):
    model_config = ConfigDict(extra="forbid")
    code: Code
    name: Name
    name_en: str = Field("", max_length=120)
    kind: Kind = "department"
    parent: Code = Field(description="Code of the one above it", examples=["gov"])
    region: Code | None = Field(None, description="Code of the region it looks after", examples=["4206"])


class OrganisationChange(Schema):
    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    name_en: str | None = Field(None, max_length=120)
    kind: Kind | None = None
    region: Code | None = Field(None, description="Code of a region", examples=["4206"])


class OrganisationMove(Schema):
    model_config = ConfigDict(extra="forbid")
    parent: Code


class PostCreate(Schema):
    model_config = ConfigDict(extra="forbid")
    code: Code = Field(examples=["duty-officer"])
    name: Name = Field(examples=["值班长"])
    name_en: str = Field("", max_length=120)


class RosterGiven(Given):
    """A roster as a file: YAML, JSON, or CSV with columns code, name and, if wanted, parent, kind, region, name_en."""

    file: str = Field(max_length=120, pattern=r"^[^/\\]+\.(csv|ya?ml|json)$", examples=["organisations.csv"])
    text: str = Field(max_length=2_000_000, examples=["code,name,parent\nurban,市城管执法委,gov"])
    is_preview: bool = Field(False, description="Only say what it would do")


class MovedShown(Schema):
    code: str
    from_path: str = Field(examples=["/gov/eco/air/"])
    to_path: str = Field(examples=["/gov/urban/air/"])


class RowRefused(Schema):
    where: str = Field(description="File and line", examples=["organisations.csv:12"])
    code: str = Field(examples=["party.row_orphan"])
    reason: str = Field(examples=["组织 air 的上级 eco2 不存在"])


class RowTaken(Schema):
    where: str = Field(description="File and line", examples=["organisations.csv:2"])
    code: str = Field(examples=["urban"])
    name: str = Field(examples=["市城管执法委"])
    name_en: str = Field(examples=[""])
    kind: str = Field(examples=["department"])
    parent: str | None = Field(examples=["gov"])
    region: str | None = Field(examples=[None])
    outcome: Literal["created", "changed", "same"] = Field(examples=["changed"])
    was: dict[str, str] = Field(
        description="What changes, each with what stood there: name, name_en, kind, region, parent",
        examples=[{"name": "市城管局"}],
    )


class RosterTaken(Schema):
    """What was done, or would be; rows that cannot be taken are named and left out."""

    created: list[str]
    changed: list[str]
    moved: list[MovedShown]
    posts: int = Field(description="Posts written", examples=[0])
    refused: list[RowRefused]
    rows: list[RowTaken] = Field(description="Those that are taken, in the order of the file")


class OrganisationsWanted(Schema):
    parent: str | None = Field(None, max_length=64, description="Only those right below this one")
    under: str = Field("/", max_length=255, description="Only those at or below this path")
    kind: str | None = Field(None, max_length=32)
    search: str = Field("", max_length=100, description="A part of the name, or the beginning of the code")
    is_active: bool | None = Field(True, description="false: only closed ones")
    code: Codes = Field([], description="Exactly these, closed ones too", examples=[["urban"]])


@router.get("/parties/organisations", response=PageOf[OrganisationSummary], summary="Organisations, in tree order")
def list_organisations(request: Any, wanted: Query[OrganisationsWanted], paging: Query[Paging]) -> Any:
    """Organisations in tree order, by parent, kind, or a part of the name."""
    request.viewer.check("party.read")
    scope = request.viewer.where(Organisation.SCOPE)
    return queries.list_organisations(scope, **wanted.dict(), after=paging.after, limit=paging.limit)


@router.post("/parties/organisations", response={201: OrganisationDetail}, summary="Add an organisation")
def create_organisation(request: Any, body: OrganisationCreate) -> Organisation:
    """Add an organisation below another one."""
    parent = queries.get_organisation_to_change(body.parent, actor=request.viewer)
    region = region_of(body.region) if body.region else None
    given = {**body.dict(), "parent": parent, "region": region}
    return actions.create_organisation(actor=request.viewer, **given)


@router.post("/parties/organisations/import", response=RosterTaken, summary="Make or update many organisations")
def import_roster(request: CityRequest, body: RosterGiven) -> Any:
    """Make or update the organisations of a roster; nothing is taken away. Needs the right over the whole tree."""
    done = actions.take_roster(body.file, body.text, actor=request.viewer, is_preview=body.is_preview)
    moved = [{"code": code, "from_path": old, "to_path": new} for code, old, new in done.moved]
    refused = [{"where": one.field, "code": one.code, "reason": one.reason(request.language)} for one in done.problems]
    rows = [{**asdict(one.row), "outcome": one.outcome, "was": one.was} for one in done.rows]
    return {
        "created": done.created, "changed": done.changed, "moved": moved, "posts": done.posts, "refused": refused,
        "rows": rows,
    }  # fmt: skip


@router.get("/parties/organisations/{code}", response=OrganisationDetail, summary="One organisation with its posts")
def get_organisation(request: Any, code: str) -> Organisation:
    """One organisation with everything above it and its posts."""
    request.viewer.check("party.read")
    return queries.get_organisation(request.viewer.where(Organisation.SCOPE), code)


@router.patch("/parties/organisations/{code}", response=OrganisationDetail, summary="Change name, kind or region")
def change_organisation(request: Any, code: str, body: OrganisationChange) -> Organisation:
    """Change name, kind or region; what is left out stays."""
    organisation = queries.get_organisation_to_change(code, actor=request.viewer)
    region = region_of(body.region) if body.region else None
    return actions.change_organisation(organisation, actor=request.viewer, **{**body.dict(), "region": region})


@router.post("/parties/organisations/{code}/move", response=OrganisationDetail, summary="Put it below another one")
def move_organisation(request: Any, code: str, body: OrganisationMove) -> Organisation:
    """Put an organisation and everything below it under another one; paths follow."""
    organisation = queries.get_organisation_to_change(code, actor=request.viewer)
    parent = queries.get_organisation_to_change(body.parent, actor=request.viewer)
    return actions.move_organisation(organisation, actor=request.viewer, parent=parent)


@router.post("/parties/organisations/{code}/close", response=OrganisationDetail, summary="Close an organisation")
def close_organisation(request: Any, code: str) -> Organisation:
    """Close an organisation; its history stays, nothing new can be given to it."""
    organisation = queries.get_organisation_to_change(code, actor=request.viewer)
    return actions.close_organisation(organisation, actor=request.viewer)


@router.post("/parties/organisations/{code}/posts", response={201: PostOut}, summary="Add a post")
def create_post(request: Any, code: str, body: PostCreate) -> Post:
    """Add a post to an organisation."""
    organisation = queries.get_organisation_to_change(code, actor=request.viewer)
    return actions.create_post(organisation, actor=request.viewer, **body.dict())
