"""Laws of the rows that hold a document."""

from __future__ import annotations

import random

import pytest
from django.db import transaction
from hypothesis import given, settings

from roadmap.document import dump, parse
from roadmap.editions import document_of, write
from tests.properties.strategies import document, seeds

pytestmark = [pytest.mark.property, pytest.mark.django_db]


@given(seeds)
@settings(max_examples=60, deadline=None)  # 200 without the database, in test_documents
def test_dump_load_dump_is_the_same_bytes_by_way_of_the_database(seed: random.Random) -> None:
    written = dump(document(seed))
    with transaction.atomic():
        roadmap = write(parse(written.encode(), name="road.yaml"))
        assert dump(document_of(roadmap)) == written
        transaction.set_rollback(True)
