"""Making the city: from a plan to regions, organisations, accounts, devices and a demo's roles, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db import transaction

from citybrain.base.accounts import Viewer, system_viewer
from citybrain.base.accounts.actions import create_user, grant_duty
from citybrain.base.accounts.models import User
from citybrain.base.errors import Conflict, Unavailable
from citybrain.base.packs import load_packs
from citybrain.base.parties.actions import import_organisations
from citybrain.base.parties.models import Organisation
from citybrain.base.places.actions import import_city
from citybrain.base.places.layering import load_layers
from citybrain.base.places.models import Region
from citybrain.base.places.queries import find_city
from citybrain.base.places.sheet_files import read_layers
from citybrain.hubs.business.cases.actions import add_responsibility
from citybrain.hubs.sensing.things.actions import register_things
from citybrain.lab.city.bodies import Person
from citybrain.lab.city.keys import make_keys
from citybrain.lab.city.plan import Plan, plan_city
from citybrain.lab.city.shape import to_degrees
from citybrain.lab.city.state import State, begin_past, find_state, save_state
from citybrain.lab.city.writing import write_layers, write_world
from citybrain.lab.demo.actions import offer_role
from citybrain.lab.demo.queries import stories

MAKER = system_viewer("city-new")
TIME_ZONE = "Asia/Shanghai"
Say = Callable[[str], None]


def prepare(data: Path) -> None:
    """Tables and packs, in a directory that was never started; its clock is put back to where its life begins."""
    if not (data / "city.sqlite3").exists():
        begin_past(data)
    call_command("migrate", verbosity=0, interactive=False)
    load_packs(actor=MAKER)


def make_city(data: Path, *, seed: int, people: int, say: Say) -> None:
    """Write the city of a seed into an empty data directory. Killed anywhere, the same again makes it whole.

    Raises Conflict `lab.city_there` when the directory has another city already.
    """
    state = find_state(data)
    there = find_city()
    is_ours = state is not None and state.stage == "planned"
    if there is not None and not is_ours:
        raise Conflict("lab.city_there", data=str(data), city=there.name)
    if there is None or state is None:
        state = State(stage="planned", seed=seed, people=people)
        save_state(data, state)
    plan = plan_city(state.seed, state.people)
    say(f"  {len(plan.regions.grids):,} grids, {len(plan.roads)} roads, {len(plan.buildings):,} buildings, "
        f"{len(plan.devices):,} devices, {len(plan.staff)} people with accounts")  # fmt: skip
    folder = data / "city"
    write_world(plan, folder)
    if there is None:
        with transaction.atomic():
            fill(plan)
            make_keys(folder, actor=MAKER)
    load_layers(read_layers(write_layers(plan, folder)).layers, actor=MAKER)
    save_state(data, State(stage="made", seed=state.seed, people=state.people))


@transaction.atomic
def fill(plan: Plan, *, actor: Viewer = MAKER) -> None:
    """Every row of the city."""
    division = plan.regions.division(plan.households(), plan.people)
    import_city(
        division, plan.boundaries, actor=actor, time_zone=TIME_ZONE, name_en=division.root.name_en, is_simulated=True
    )
    import_organisations(plan.organisations, actor=actor)
    _open_accounts(plan, actor)
    for line in plan.lines:
        add_responsibility(
            actor=actor, case_type=line.case_type, region=line.region, organisation=line.organisation, note="属地管理"
        )
    _register_devices(plan, actor)


def _open_accounts(plan: Plan, actor: Viewer) -> None:
    """An account for everybody, without a password: who they are is taken by one click in the demo, or by `life`."""
    organisations = {one.code: one for one in Organisation.objects.all()}
    paths = dict(Region.objects.exclude(level="grid").values_list("code", "path"))
    offered: dict[str, User] = {}
    for person in plan.staff:
        user = create_user(
            actor=actor, username=person.username, password=None, display_name=person.name,
            organisation=organisations.get(person.organisation),
        )  # fmt: skip
        grant_duty(
            user, actor=actor, role=person.role,
            organisation_path=organisations[person.over].path if person.over else "/",
            region_path=paths[person.region] if person.region else "/",
        )  # fmt: skip
        if _stands_for_its_role(person):
            offered.setdefault(person.role, user)
    for role in stories():
        offer_role(role, offered[role], actor=actor)


def _stands_for_its_role(person: Person) -> bool:
    """The handler whom a visitor plays works for the commission itself, which sees what all its offices do."""
    return person.role != "handler" or person.organisation == "urban"


def _register_devices(plan: Plan, actor: Viewer) -> None:
    rows = []
    for device in plan.devices:
        lon, lat = to_degrees(device.x, device.y)  # type: ignore[arg-type]  # one number is a column of one
        rows.append(
            {
                "code": device.code, "model": device.model, "name": device.name, "lon": float(lon), "lat": float(lat),
                "precision_m": 1.0, "organisation": device.organisation, "address": device.address,
                "attributes": {"simulated": True},
            }
        )  # fmt: skip
    receipt = register_things(rows, actor=actor)
    if receipt.rejected:
        first = receipt.rejected[0]
        raise Unavailable("lab.device_refused", device=rows[first.index]["code"], why=first.wrong.reason("en"))
