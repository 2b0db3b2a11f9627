"""What a key press in the reader stores: a tag, a text, a note, or the undo of what this person stored last."""

from __future__ import annotations

from collections.abc import Callable

from analysis.annotations import last_changes
from analysis.annotations.batches import Batch
from analysis.dataset import Dataset
from ui.components.reader import Change
from ui.reading import editing, noting
from ui.session import session
from ui.session.login import nameless_batches, note_batch, person


def store_of(dataset: Dataset) -> Callable[[Change], None]:
    """Stores one change of the reader of this dataset. Raises AnnotationError where the database cannot be written."""

    def store_change(change: Change) -> None:
        if change.is_undo:
            _undo(dataset, change)
        else:
            note_batch(_stored(dataset, change))

    return store_change


def _undo(dataset: Dataset, change: Change) -> None:
    """Undoes the person's last change: of the kind that the reader shows as undone, else of any."""
    kinds = {"notes": change.is_note, "texts": change.field is not None, "tags": change.tag is not None}
    of = next((kind for kind, is_it in kinds.items() if is_it), "")
    last_changes.undo_last(session.notes(), dataset.fingerprint, person(), nameless_batches(), of)


def _stored(dataset: Dataset, change: Change) -> Batch | None:
    if change.is_note:
        return noting.store(dataset, change)
    if editing.is_of_text(change):
        return editing.store(dataset, change)
    if change.row_id is None or change.tag is None:
        return None
    words = {change.row_id: {change.tag: bool(change.is_on)}}
    return session.notes().tags.apply(dataset.fingerprint, words, person())
