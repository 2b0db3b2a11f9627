"""One page alone, without a browser: opened as a link opens it, and looked at after every click."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from analysis.dataset import Dataset
from tests.support.browser import ROOT

DEADLINE = 60.0


def open_page(page: str | Path, dataset: Dataset | None, *filters: str, **params: str | list[str]) -> AppTest:
    """A page, by its name or its script, with a dataset, filters and whatever else its address says."""
    script = ROOT / "pages" / f"{page}.py" if isinstance(page, str) else page
    at = AppTest.from_file(script, default_timeout=DEADLINE)
    address: dict[str, str | list[str]] = {**({"d": dataset.id} if dataset else {}), **params}
    for name, value in {**address, **({"f": list(filters)} if filters else {})}.items():
        at.query_params[name] = value
    return well(at.run())


def well(at: AppTest) -> AppTest:
    """The same, which must neither have broken nor show an error."""
    assert not at.exception, at.exception[0].stack_trace
    assert not at.error, [error.value for error in at.error]
    return at


def grid_of(at: AppTest) -> dict[str, Any]:
    """What the table of rows was given."""
    [proto] = [one.proto for one in at.get("bidi_component") if one.proto.component_name.endswith("winnow_grid")]
    given: dict[str, Any] = json.loads(proto.json)
    return given
