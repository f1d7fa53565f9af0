from __future__ import annotations

import pytest

from tests.office.posting.scenes import Practice


@pytest.fixture
def practice(lakeside) -> Practice:
    """A practice with payers and nothing on its books."""
    return Practice()
