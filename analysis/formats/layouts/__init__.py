"""The layouts of records that are not read column by column, one file each."""

from __future__ import annotations

from analysis.formats.layouts.layout import Layout, Record, Row, first_layout
from analysis.formats.layouts.openai_preference import OPENAI_PREFERENCE

LAYOUTS: tuple[Layout, ...] = (OPENAI_PREFERENCE,)
"""Every layout; a record is read by the first that fits it."""

BY_NAME = {layout.name: layout for layout in LAYOUTS}

__all__ = ["BY_NAME", "LAYOUTS", "Layout", "Record", "Row", "first_layout"]
