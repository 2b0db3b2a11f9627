"""A screen with the search by meaning and the picks of the map, over the dataset in the address."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from ui.frame import frame
from ui.map import selection
from ui.map.picks import picks
from ui.map.similar import search

dataset = frame.open_page("Alike")
frame.rows_in_view(dataset)
nearest = search(dataset)
if nearest is not None and (sequence := selection.listed(dataset, nearest)) is not None:
    selection.table(dataset, sequence, nearest)
picks(dataset)
