from __future__ import annotations

import pytest

from tests.office.web.world import World, build_world


@pytest.fixture
def world(people) -> World:
    """The small office at work, in Lakeside."""
    return build_world()
