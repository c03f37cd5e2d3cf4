"""Counts that stop early."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base.accounts.models import User
from citybrain.base.querying import About, about, about_of


def test_a_count_is_exact_up_to_its_limit_and_says_when_there_are_more(cast):
    there = User.objects.count()

    assert about(User.objects.all()) == About(there, is_more=False)
    assert about(User.objects.all(), most=there) == About(there, is_more=False)
    assert about(User.objects.all(), most=there - 1) == About(there - 1, is_more=True)
    assert about(User.objects.none()) == About(0)
    assert about_of(5, most=4) == About(4, is_more=True)


def test_the_database_reads_no_further_than_the_limit(cast):
    with CaptureQueriesContext(connection) as queries:
        about(User.objects.all(), most=3)
    assert len(queries) == 1
    assert "LIMIT 4" in queries[0]["sql"]
