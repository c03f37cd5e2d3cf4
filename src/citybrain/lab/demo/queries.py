"""What the sign-in page of a demo city asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from django.db.models import QuerySet

from citybrain.base.errors import NotFound
from citybrain.base.places.queries import find_city
from citybrain.lab.demo.models import DemoRole
from citybrain.lab.demo.types import Demo, RoleOffered, RoleStory

STORIES = Path(__file__).with_name("roles.yaml")


@cache
def stories() -> Mapping[str, RoleStory]:
    """The roles that a demo city may have, in the order in which they are offered."""
    told = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    return {role: RoleStory(**words) for role, words in told.items()}


def offered_roles() -> QuerySet[DemoRole]:
    """The roles whose account is open."""
    return DemoRole.objects.filter(user__is_active=True, role__in=list(stories())).select_related("user__organisation")


def get_demo() -> Demo:
    """The city and the roles a visitor may take; raises NotFound `demo.none` in a city that is not simulated."""
    city = find_city()
    roles = {one.role: one for one in offered_roles()} if city is not None and city.is_simulated else {}
    if city is None or not roles:
        raise NotFound("demo.none")
    told = [(role, story, roles[role].user.actor_label) for role, story in stories().items() if role in roles]
    return Demo(city.name, [RoleOffered(role, name, s.title, s.story, s.start) for role, s, name in told])
