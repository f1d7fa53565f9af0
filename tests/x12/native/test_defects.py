"""Every defect of the kit, and every right file it spoils, seen alike by both engines."""

from __future__ import annotations

import pytest

from claimwright import x12
from claimwright.x12.native import available, why_not
from tests.x12.defects.kit import Defect, base_names, base_text, defects

pytestmark = pytest.mark.skipif(not available(), reason=f"no native core: {why_not()}")


@pytest.mark.parametrize("defect", defects(), ids=lambda defect: f"{defect.kit}: {defect.title}")
def test_both_engines_find_the_same_defect(defect: Defect):
    data = defect.spoilt().data

    native, python = (x12.check(data, engine=engine) for engine in ("native", "python"))

    assert native.findings == python.findings


@pytest.mark.parametrize("name", base_names())
def test_both_engines_find_nothing_wrong_with_a_right_file(name):
    assert x12.check(base_text(name).encode(), engine="native").findings == ()
