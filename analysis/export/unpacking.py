"""The export step that makes one record of each solved example in a prompt, and writes equal ones once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from analysis.counted import count
from analysis.export.unpacked_rows import NOTHING, READ, Unpacked, UnpackedShots, unpacked
from analysis.export.waterfall import Chosen
from analysis.signal import ROW_ID


class Unpacking:
    """The unpacking of one export, batch by batch in the order of the rows.

    `shots`: what was done up to now, None where the request does not ask for it. `reads`: the columns that a batch must
    have besides those that are written; `adds`: a column that is written besides.
    """

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self.shots = UnpackedShots() if chosen.request.unpack_shots else None
        self.reads = [ROW_ID, *(name for name in READ if name in chosen.dataset.canonical)] if self.is_asked else []
        self.adds = ["response"] if self.is_asked and "response" not in chosen.dataset.canonical else []
        self._seen: set[bytes] = set()
        self._rows: list[pl.Series] = []
        self._done = 0

    @property
    def is_asked(self) -> bool:
        return self.shots is not None

    def __call__(self, frame: pl.DataFrame) -> Unpacked:
        """The rows of a batch, those with solved examples as several lines; unchanged where that is not asked."""
        if self.shots is None:
            every = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
            return Unpacked(frame, every, pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True), UnpackedShots())
        lines = unpacked(frame, self.chosen.source)
        self.shots += lines.shots
        return lines._replace(of=lines.of + self._begin(frame.height))

    def once(self, frame: pl.DataFrame, lines: Unpacked) -> pl.DataFrame:
        """The lines without those of examples that are equal to an earlier one in every column. `frame`: the columns
        that are written of `lines`, cleaned and redacted."""
        if self.shots is None:
            return frame
        is_new = lines.is_example.to_list()
        for number, values in zip(lines.is_example.arg_true(), frame.filter(lines.is_example).iter_rows(), strict=True):
            digest = hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).digest()
            is_new[number] = digest not in self._seen
            self._seen.add(digest)
        stays = ~lines.is_example | pl.Series(is_new, dtype=pl.Boolean)
        equal = frame.height - int(stays.sum())
        self.shots += UnpackedShots(records=-equal, equal=equal)
        self._rows.append(lines.of.filter(stays))
        return frame.filter(stays)

    def rows(self) -> pl.Series:
        """The position in the dataset of the row of each written record, where one row can give several."""
        every = self.chosen.mask.arg_true()
        return every if self.shots is None else every.gather(pl.concat([pl.Series(dtype=pl.UInt32), *self._rows]))

    def notes(self) -> list[str]:
        """The sentences for the card and the receipt."""
        if self.shots is None or not self.shots.rows:
            return [] if self.shots is None else self.shots.sentences
        return [*self.shots.sentences, "Tokens are counted before unpacking.", *_of_splits(self.chosen)]

    def _begin(self, height: int) -> int:
        """The number of the first row of this batch among the rows that are exported."""
        first, self._done = self._done, self._done + height
        return first


def outlook(chosen: Chosen) -> list[str]:
    """What will be unpacked, in sentences; none where that is not asked."""
    unpacking = Unpacking(chosen)
    if unpacking.shots is None:
        return []
    for frame in chosen.batches(unpacking.reads):
        unpacking(frame)
    shots = unpacking.shots
    if not shots.rows:
        return [NOTHING]
    sentence = (
        f"{count(shots.rows)} with solved examples {'becomes' if shots.rows == 1 else 'become'} {shots.records:,} "
    )
    return [f"{sentence}records, of which equal ones are written once.", *shots.left_out, *_of_splits(chosen)]


def _of_splits(chosen: Chosen) -> Sequence[str]:
    return ["Copies between splits are looked for among rows, not among examples."] if chosen.request.split_safe else []
