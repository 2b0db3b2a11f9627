"""Does one row on which a signal fails cost only its own value, counted and said, and never the other rows?"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.catalogue import CATALOGUE
from analysis.computing import compute, computing, isolating, progress, try_out
from analysis.computing.failures import failed_inputs, failure_sentence
from analysis.computing.isolating import FAILURE, computed
from analysis.computing.progress import Progress
from analysis.computing.runners import Runner, run_here, run_in_processes
from analysis.dataset import Dataset
from analysis.errors import ModelError, SignalError
from analysis.signal import ROW_ID, Signal
from analysis.verbs.counts import requests_of
from analysis.verbs.verb_noun_signal import VerbNoun
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.app_page import open_page
from tests.support.commands import runner

ROWS = 95
BAD = "broken: my secret is hunter2"
BAD_ROWS = (3, 40, 41, 94)
HIT = pl.Struct({"at": pl.UInt32})


@dataclass(frozen=True)
class Fragile(Signal, name="fragile", version=1, reads=("prompt",), adds={"chars": pl.UInt32}, tables={"hits": HIT}):
    """Characters of the prompt, and one hit; fails where a prompt is broken."""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        numbers = [{"good": 4}[text.partition(" ")[0]] for text in rows["prompt"]]
        return pl.DataFrame(
            {"chars": numbers, "hits": [[{"at": n}] for n in numbers]},
            schema={"chars": pl.UInt32, "hits": pl.List(HIT)},
        )


@dataclass(frozen=True)
class Whole(Signal, name="whole", version=1, reads=("prompt",), adds={"whole": pl.UInt32}, scope="dataset"):
    """Reads all rows together, and fails."""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        raise KeyError(BAD)


@dataclass(frozen=True)
class Panics(Signal, name="panics", version=1, reads=("prompt",), adds={"p": pl.UInt32}):
    """Raises what Polars raises where its own code stops."""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        if rows["prompt"].str.starts_with("broken").any():
            raise pl.exceptions.PanicException("stopped")
        return rows.select(p=pl.lit(1, pl.UInt32).repeat_by(pl.len()).explode())


@dataclass(frozen=True)
class Unmodelled(Signal, name="unmodelled", version=1, reads=("prompt",), adds={"m": pl.UInt32}):
    """Its model is missing, which no row can change."""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        raise ModelError("The model is not here.")


def opened(folder: Path, prompts: list[str]) -> Dataset:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"prompt": p, "response": f"{n}"}) + "\n" for n, p in enumerate(prompts)))
    return Workspace().open([path])


@pytest.fixture
def dataset(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr(computing, "CHUNK_ROWS", 30)
    return opened(tmp_path, [BAD if n in BAD_ROWS else f"good {n}" for n in range(ROWS)])


@pytest.mark.parametrize("run", [run_here, run_in_processes])
def test_only_the_failing_rows_have_no_value(dataset: Dataset, run: Runner) -> None:
    compute(dataset, Fragile(), run)
    columns = pl.read_parquet(dataset.path(Fragile()))
    assert columns.columns == [ROW_ID, "chars"]
    assert columns["chars"].to_list() == [None if n in BAD_ROWS else 4 for n in range(ROWS)]
    assert columns[ROW_ID].to_list() == dataset.column(ROW_ID).to_list()
    assert dataset.table(Fragile(), "hits").height == ROWS - len(BAD_ROWS)
    failures = dataset.failures(Fragile())
    assert failures[ROW_ID].to_list() == dataset.column(ROW_ID).gather(list(BAD_ROWS)).to_list()
    assert failures["failure"].str.starts_with("KeyError in analysis/signal.py:").all()
    assert failure_sentence(dataset, Fragile()) == (
        f"fragile: 4 of 95 rows could not be computed and have no value there: {failures['failure'][0]} (4)."
    )


def test_what_failed_is_told_without_the_text_of_a_row(dataset: Dataset) -> None:
    compute(dataset, Fragile())
    files = [path for path in dataset.folder.glob(f"{Fragile().key}*") if path.is_file()]
    assert len(files) >= 3  # columns, hits, failures
    assert not any(b"hunter2" in path.read_bytes() or b"broken" in path.read_bytes() for path in files)
    with pytest.raises(SignalError) as error:
        compute(dataset, Whole())
    assert str(error.value).startswith("whole failed on all rows together (KeyError in analysis/signal.py:")
    assert "hunter2" not in str(error.value) and not dataset.has(Whole())


def test_without_a_failure_nothing_is_stored_or_said(dataset: Dataset) -> None:
    lengths = dataset.signal("lengths")
    compute(dataset, lengths)
    assert dataset.failures(lengths).is_empty() and failure_sentence(dataset, lengths) == ""
    assert not dataset.table_path(lengths, "failures").exists()


def test_a_stopped_run_counts_its_failures_when_it_goes_on(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[Progress.__module__], "WRITE_EVERY_S", 0.0)
    compute(dataset, Fragile(), limit=2)
    so_far = progress(dataset, Fragile())
    assert so_far and (so_far.done, so_far.failed) == (60, 3)
    part = dataset.folder / f"{Fragile().key}.parts" / "0000000000.parquet"
    pl.read_parquet(part).drop(FAILURE).write_parquet(part)  # as an earlier version wrote it
    compute(dataset, Fragile())
    assert dataset.failures(Fragile()).height == 3
    assert dataset.column(ROW_ID)[3] not in dataset.failures(Fragile())[ROW_ID].to_list()


def test_progress_of_an_earlier_version_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text('{"stage": "computing", "done": 1, "total": 2, "started": 1.0, "pid": 7}')
    assert Progress.read(path) == Progress("computing", 1, 2, 1.0, 7, failed=0)


def test_a_trial_is_not_stopped_by_a_failing_row(dataset: Dataset) -> None:
    assert 0 < try_out(dataset, Fragile()) < 60


def test_a_stop_inside_polars_costs_one_row_too(dataset: Dataset) -> None:
    compute(dataset, Panics())
    assert pl.read_parquet(dataset.path(Panics()))["p"].null_count() == len(BAD_ROWS)


def rows_of(*prompts: str) -> pl.DataFrame:
    return pl.DataFrame({ROW_ID: [f"{n:04}" for n in range(len(prompts))], "prompt": prompts})


@pytest.mark.parametrize("bad", [(), (0,), (499,), (0, 1, 2, 250, 498, 499), tuple(range(0, 500, 7))])
def test_each_failing_row_is_set_apart_in_its_place(bad: tuple[int, ...]) -> None:
    columns = computed(Fragile(), rows_of(*(BAD if n in bad else "good" for n in range(500))))
    assert columns[ROW_ID].to_list() == [f"{n:04}" for n in range(500)]
    assert columns[FAILURE].is_not_null().arg_true().to_list() == list(bad)
    assert columns["chars"].null_count() == len(bad)


def test_a_failing_row_among_many_costs_few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = Fragile.compute

    def counted(self: Fragile, rows: pl.DataFrame) -> pl.DataFrame:
        asked.append(rows.height)
        return original(self, rows)

    monkeypatch.setattr(Fragile, "compute", counted)
    computed(Fragile(), rows_of(*["good"] * 7_000, BAD, *["good"] * 2_999))
    assert len(asked) < 80 and sum(asked) < 22_000  # of 10,000 rows


def test_where_most_rows_fail_the_signal_is_at_fault(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolating, "MOST_FAILED", 20)
    with pytest.raises(SignalError, match=r"^fragile failed on more than 20 of 30 rows \(KeyError in analysis/"):
        computed(Fragile(), rows_of(*[BAD] * 30))
    with pytest.raises(SignalError, match=r"^whole failed on all rows together"):
        computed(Whole(), rows_of())


def test_where_every_row_fails_nothing_is_stored(home: Path, tmp_path: Path) -> None:
    dataset = opened(tmp_path, [BAD] * 3)
    for _ in range(2):
        with pytest.raises(SignalError, match=r"^fragile failed on every row \(KeyError in analysis/"):
            compute(dataset, Fragile())
        assert not dataset.has(Fragile())


def test_what_no_row_can_change_is_raised_as_it_is(dataset: Dataset) -> None:
    with pytest.raises(ModelError, match=r"^The model is not here\.$"):
        compute(dataset, Unmodelled())


def test_what_a_signal_needs_is_followed_to_the_signal_that_failed(dataset: Dataset) -> None:
    groups = dataset.signal("near_groups")
    assert failed_inputs(dataset, groups, ["near_pairs"]) == ["near_pairs"]
    assert failed_inputs(dataset, groups, ["tokens"]) == []
    assert failed_inputs(dataset, dataset.signal("clusters"), ["embedding"]) == ["embedding"]


# What a person sees


@pytest.fixture
def texts(home: Path, tmp_path: Path) -> Dataset:
    return opened(tmp_path, ["Write a poem.", "Broken text hunter2.", "Sort the list.", "Write a poem."])


@pytest.fixture
def _fragile_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal verb_noun, which fails on every text with "Broken" in it."""
    original = VerbNoun._read

    def read(self: VerbNoun, texts: list[str]) -> list[Any]:
        if any("Broken" in text for text in texts):
            raise IndexError(f"no noun in {texts}")
        return original(self, texts)

    monkeypatch.setattr(VerbNoun, "_read", read)


@pytest.mark.usefixtures("_fragile_verbs")
def test_the_command_counts_rows_that_failed(texts: Dataset, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = runner(capfd)("compute", texts.id, "verb_noun", "lengths", "--json")
    verbs, lengths = json.loads(out)["signals"]
    assert code == 0
    assert (verbs["looked_at"], verbs["failed_rows"], [reason["rows"] for reason in verbs["failures"]]) == (3, 1, [1])
    assert verbs["failures"][0]["failure"].startswith("IndexError in analysis/verbs/verb_noun_signal.py:")
    assert (lengths["failed_rows"], lengths["failures"]) == (0, [])
    assert "verb_noun: 1 of 4 rows could not be computed and have no value there: IndexError in analysis/" in err
    assert "hunter2" not in out + err
    code, out, _ = runner(capfd)("compute", texts.id, "verb_noun")
    assert code == 0 and out.endswith("s, 3 of 4 rows; 1 of 4 rows failed and have no value\n")
    code, out, err = runner(capfd)("verbs", texts.id, "--json")
    coverage = json.loads(out)["coverage"]
    assert (coverage["pair"], coverage["failed"], coverage["missing"]) == (3, 1, 0)
    assert "1 of 4 rows could not be computed" in err


@pytest.mark.usefixtures("_fragile_verbs")
def test_the_pages_say_on_how_many_rows_it_failed(texts: Dataset) -> None:
    signal = texts.signal("verb_noun")
    compute(texts, signal)
    assert requests_of(texts, signal).counted(texts.rows_of(View())).coverage.failed == 1
    shown = " ".join(text.value for text in open_page("verbs", texts).text)
    assert "Verbs and nouns: 1 of 4 rows could not be computed and have no value there: IndexError in" in shown
    assert "1 on which the computation failed (25%)" in shown
    shown = " ".join(text.value for text in open_page("overview", texts).text)
    assert "Verbs and nouns: 1 of 4 rows could not be computed" in shown and "No row is empty" not in shown


def test_later_signals_are_computed_where_they_need_nothing_that_failed(
    texts: Dataset, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Signal, rows: pl.DataFrame) -> pl.DataFrame:
        raise ZeroDivisionError(BAD)

    monkeypatch.setattr(type(CATALOGUE["near_pairs"]), "compute", fail)
    code, out, err = runner(capfd)("compute", texts.id, "near_pairs", "near_groups", "lengths", "--json")
    pairs, groups, lengths = json.loads(out)["signals"]
    assert code == 2
    assert pairs["error"].startswith("near_pairs failed on all rows together (ZeroDivisionError in analysis/")
    assert groups["error"] == "It needs near_pairs, which failed; it is not computed."
    assert (lengths["name"], lengths["failed_rows"]) == ("lengths", 0) and texts.has(texts.signal("lengths"))
    last = err.splitlines()[-1]
    assert last.startswith("2 of 3 signals failed. near_pairs: near_pairs failed on all rows together (")
    assert last.endswith("near_groups: It needs near_pairs, which failed; it is not computed.")
    assert "hunter2" not in out + err
    code, out, _ = runner(capfd)("compute", texts.id, "--json")
    assert code == 2 and {"lengths", "tokens", "formatting"} <= {
        one["name"] for one in json.loads(out)["signals"] if "error" not in one
    }


def test_a_row_that_could_not_be_scanned_is_no_row_without_personal_data(
    texts: Dataset, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = type(CATALOGUE["personal_data"])
    original = signal.compute

    def fragile(self: Signal, rows: pl.DataFrame) -> pl.DataFrame:
        if rows["prompt"].str.contains("Broken").any():
            raise IndexError(BAD)
        return original(self, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(signal, "compute", fragile)
    few = json.loads(runner(capfd)("pii", texts.id, "--where", "prompt~has~o", "--json")[1])
    assert (few["rows_scanned"], few["rows_failed"]) == (3, 1)
    code, out, _ = runner(capfd)("pii", texts.id)
    assert code == 0 and "The scan failed on 1 of 4 rows, which were not scanned." in out
    assert json.loads(runner(capfd)("pii", texts.id, "--json")[1])["rows_failed"] == 1
