"""Files -> a dataset's rows, ids and problems on disk, and its description; streamed, in several processes."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.batches import Batch, batches
from analysis.formats.describe import Account, unreadable
from analysis.formats.grouping import grouped, grouped_batches
from analysis.formats.items import with_items
from analysis.formats.options import AS_FOUND, BLOCK_BYTES, ReadOptions
from analysis.formats.parsing import Records, parse
from analysis.formats.parts import build, write_part
from analysis.formats.planning import plan_for
from analysis.formats.plans import Plan
from analysis.formats.retyping import retype, stored_batches
from analysis.formats.sources import source_of
from analysis.formats.workers import Workers, is_by_column

Progress = Callable[[int, int], None]
HEAD_BYTES = 4 << 20
HEAD_FILES = 16
MAX_PASSES = 3
SHOWN_RECORDS = 20
SHOWN_PROBLEMS = 20
FILE_NOTES = frozenset(
    "encoding backslash no_header header_names empty_rows list_member outside_list map invalid_utf8".split()
)
"""The kinds of note that only reading a file gives; a dataset that is built again keeps them."""


def import_files(
    paths: Sequence[Path],
    folder: Path,
    reading: ReadOptions = AS_FOUND,
    *,
    progress: Progress = lambda done, total: None,
    workers: int | None = None,
    _block_bytes: int = BLOCK_BYTES,
) -> dict[str, Any]:
    """Writes rows/*.parquet, ids.parquet and problems.jsonl into `folder`; returns the dataset's description.

    `progress` is called with (bytes read, bytes in all), of the files as stored on disk. Neither `workers` nor the
    size of the blocks changes the rows. Raises FormatError where nothing can be read.
    """
    paths = [Path(path) for path in paths]
    names = shown_names(paths)
    splits_of(paths, reading)
    sizes = [path.stat().st_size if path.is_file() else 0 for path in paths]
    with Workers(workers, sum(sizes)) as crew:
        crew.begin(paths)
        plan, heads = look(paths, reading)
        account = Account(plan)
        in_threads = all(is_by_column(records, plan) for _, records in heads)

        def all_batches() -> Iterator[Batch]:
            before = 0
            for path, name, size, split in zip(paths, names, sizes, splits_of(paths, reading), strict=True):
                for batch in grouped_batches(path, name, reading, _block_bytes):
                    batch.done, batch.split = batch.done + before, split
                    yield batch
                before += size

        _build(account, all_batches(), folder, crew, sum(sizes), progress, reading, in_threads=in_threads)
    if not account.rows:
        raise unreadable(names, list(account.problems()))
    account.write(folder)
    progress(sum(sizes), sum(sizes))
    return with_items(account.description(), folder, reading)


def rebuild(
    folder: Path,
    into: Path,
    info: Mapping[str, Any],
    reading: ReadOptions = AS_FOUND,
    *,
    progress: Progress = lambda done, total: None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Writes the dataset in `folder`, which `info` describes, into the folder `into` with other roles or another
    format; returns the new description. The source files are not needed; row ids and problems stay as they are.

    `progress` is called with (rows, rows in all). Raises FormatError where a role or the format does not fit.
    """
    first = [(batch, parse(batch)) for batch in itertools.islice(stored_batches(folder, info), 1)]
    account = Account(plan_for(first, reading))
    size = sum(part.stat().st_size for part in (folder / "rows").glob("*.parquet"))
    batches_again = stored_batches(folder, info)
    with Workers(workers, size) as crew:
        _build(account, batches_again, into, crew, size, lambda *_: progress(account.rows, info["rows"]), reading)
    for kept in ("ids.parquet", "problems.jsonl"):
        shutil.copyfile(folder / kept, into / kept)
    account.sources = {file: source_of(source) for file, source in info["sources"].items()}
    new = with_items(account.description(), into, reading)
    lost = [note for note in info["notes"] if note["kind"] in FILE_NOTES]
    return new | {
        "unreadable": info["unreadable"],
        "notes": lost + [n for n in new["notes"] if n["kind"] not in FILE_NOTES],
    }


def _build(
    account: Account,
    incoming: Iterator[Batch],
    folder: Path,
    crew: Workers,
    size: int,
    progress: Progress,
    reading: ReadOptions,
    *,
    in_threads: bool = False,
) -> None:
    """Builds a part of every batch, then rebuilds those whose types or shape changed with later batches."""
    rows = folder / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    for old in rows.glob("*.parquet"):
        old.unlink()

    def jobs() -> Iterator[tuple[Batch, Plan, Path]]:
        for number, batch in enumerate(incoming):
            account.sources.setdefault(batch.file, batch.source)
            yield batch, account.plan, rows / f"{number:05}.parquet"

    for facts in crew.run(write_part, jobs(), in_threads=in_threads):
        account.take(facts)
        progress(min(facts.done, size), size)
    account.settle(reading)
    # Once for other shapes; again where these give columns whose type only all parts together tell.
    for _ in range(MAX_PASSES):
        stale = list(account.stale())
        if not stale:
            break
        for facts in crew.run(retype, iter(stale), in_threads=in_threads):
            account.replace(facts)
        account.settle_types()


def shown_names(paths: Sequence[Path]) -> list[str]:
    """Each file's name, with as many of its folders as it needs to differ from the others."""
    for depth in range(1, 1 + max((len(p.parts) for p in paths), default=0)):
        names = ["/".join(p.parts[-depth:]) for p in paths]
        if len(set(names)) == len(names):
            return names
    if not paths:
        raise FormatError("No file was named; name one or more to open.")
    repeated = Counter(str(p) for p in paths).most_common(1)[0][0]
    raise FormatError(f"{repeated} is named more than once; name each file once.")


def splits_of(paths: Sequence[Path], reading: ReadOptions) -> list[str | None]:
    """The split of each file; null where the reading names none. Raises FormatError where it names too few or many."""
    if not reading.splits:
        return [None] * len(paths)
    if len(reading.splits) != len(paths):
        raise FormatError(
            f"{len(reading.splits)} splits are named for {len(paths)} files; name one for each file, or none."
        )
    return list(reading.splits)


def preview(paths: Sequence[Path], reading: ReadOptions = AS_FOUND) -> dict[str, Any]:
    """What `import_files` would make of the files, judged by their first 4 MB: its description, and beside it `records`
    (the first 20 rows), `problems` (the first 20), `is_whole` (was everything read?) and `read_share` of the bytes."""
    paths = [Path(path) for path in paths]
    shown_names(paths)
    plan, heads = look(paths, reading)
    account = Account(plan)
    for batch, records in heads:
        account.sources.setdefault(batch.file, batch.source)
        frame, facts = build(records, plan, batch.file)
        facts.container = batch.container
        facts.path = batch.file if frame.height else ""
        account.take(facts)
    plan = account.settle(reading)
    frames = [build(records, plan, batch.file)[0] for batch, records in heads]
    shown = pl.concat([f.head(SHOWN_RECORDS) for f in frames], how="diagonal_relaxed").head(SHOWN_RECORDS)
    problems = [{"file": f.file, "line": line, "reason": reason} for f in account.facts for line, reason in f.problems][
        :SHOWN_PROBLEMS
    ]
    read = sum(batch.done for batch, _ in heads)
    size = sum(path.stat().st_size for path in paths)
    share = min(read / size, 1.0) if size else 1.0
    described = account.description()
    return described | {
        "records": shown.to_dicts(),
        "problems": problems,
        "is_whole": read >= size,
        "read_share": share,
    }


def look(paths: Sequence[Path], reading: ReadOptions) -> tuple[Plan, list[tuple[Batch, Records]]]:
    """The plan for these files, from the first records of up to 16 of them; and those records."""
    names = shown_names(paths)
    heads: list[tuple[Batch, Records]] = []
    share = max(HEAD_BYTES // min(len(paths), HEAD_FILES), 1 << 16)
    for path, name, split in list(zip(paths, names, splits_of(paths, reading), strict=True))[:HEAD_FILES]:
        with contextlib.closing(batches(path, name, reading, share)) as file_batches:
            for batch in file_batches:
                batch.split = split
                records = parse(batch)
                grouping = grouped(batch, records, reading)
                if grouping is not batch:
                    batch, records = grouping, parse(grouping)
                heads.append((batch, records))
                if records.values:
                    break
    if not any(records.values for _, records in heads):
        problems = [{"line": line, "reason": reason} for _, records in heads for line, reason in records.problems]
        raise unreadable(names, problems)
    return plan_for(heads, reading), heads
