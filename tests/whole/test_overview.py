"""Does the Overview say how many checks are done, and go on until all cheap ones are?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.annotations import open_annotations
from analysis.computing import budget, compute
from analysis.dataset import Dataset
from analysis.findings import outcomes
from analysis.heuristics.heuristics_checks import SELF_INSTRUCT_CHECKS
from analysis.signal import Signal
from analysis.training.training_checks import TRAINER_CHECKS
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.app_page import grid_of, open_page
from ui.rows import as_file, masking
from ui.session import jobs, session
from ui.session.text import told_apart

ROWS = [{"prompt": f"Write number {i} down.", "response": f"Here is number {i} for you."} for i in range(6)]
Open = Callable[..., Dataset]
Started = list[list[str]]
LEFT = 3 + len(SELF_INSTRUCT_CHECKS) + len(TRAINER_CHECKS)
"""Checks that are not run: of names, of meaning and of Self-Instruct on request, and those that need a template."""


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Open:
    def open_it(*records: dict[str, Any]) -> Dataset:
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records or ROWS))
        return Workspace().open([tmp_path / "rows.jsonl"])

    return open_it


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The signals of each job that the page would start; none is started."""
    names: Started = []

    def note(dataset: Dataset, signals: Sequence[Signal], *, is_background: bool = False) -> None:
        assert is_background
        names.append([signal.name for signal in signals])

    def note_within(dataset: Dataset, signals: Sequence[Signal], seconds: float, missing: Sequence[Signal]) -> None:
        names.append([signal.name for signal in missing])

    monkeypatch.setattr(jobs, "compute_together", note)
    monkeypatch.setattr(jobs, "compute_within", note_within)
    monkeypatch.setattr(jobs, "try_together", lambda dataset, signals: None)
    monkeypatch.delenv("WINNOW_CHECKS")
    return names


def estimated(dataset: Dataset, seconds: float, **others: float) -> None:
    """Gives every signal an estimate of so many seconds, and some of them another one."""
    for signal in dataset.signals():
        estimate = json.dumps({"seconds": others.get(signal.name, seconds), "rows": 1})
        (dataset.folder / f"{signal.key}.estimate.json").write_text(estimate)


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def keys(at: AppTest) -> set[str]:
    return {str(button.key) for button in at.button}


def done(dataset: Dataset) -> int:
    return sum(outcome.state == "done" for outcome in outcomes(dataset))


def test_nothing_is_called_clean_before_it_is_looked_at(opened: Open) -> None:
    dataset = opened()
    at = open_page("overview", dataset)
    undone = sum(outcome.state == "not run" for outcome in outcomes(dataset))
    [tally] = [text for text in texts(at) if "checks done" in text]
    assert tally.startswith(f"{done(dataset)} of {done(dataset) + undone} checks done, {undone} not run, ")
    assert undone > 20 and "to_findings" in keys(at)
    assert "run_checks" in keys(open_page("findings", dataset))
    assert not any("No row is" in text for text in texts(at))


def test_the_page_starts_every_cheap_check_by_itself(opened: Open, started: Started) -> None:
    dataset = opened()
    open_page("overview", dataset)
    [names] = started
    assert {"tokens", "structure", "formatting", "near_groups", "personal_data", "repetition", "verb_noun"} <= {*names}
    assert not set(names) & dataset.catalogue.on_request
    needed = {name for o in outcomes(dataset) for name in o.missing} - dataset.catalogue.on_request
    assert needed <= set(names)


def test_a_table_is_looked_at_too(opened: Open, started: Started) -> None:
    at = open_page("overview", opened({"colour": "red", "n": 1}, {"colour": "blue", "n": 2}))
    assert started and "personal_data" in started[0]
    assert not any("found nothing" in text for text in texts(at))


def test_what_is_running_is_no_finding_and_no_all_clear(
    opened: Open, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = opened()
    at = open_page("overview", dataset)
    for name in started[0]:
        at.session_state[f"job_{dataset.signal(name).key}"] = "a-job"
    monkeypatch.setattr(jobs, "is_over", lambda id: False)
    at.run()
    assert not at.exception and len(started) == 1
    [tally] = [text for text in texts(at) if "checks done" in text]
    assert " running" in tally
    assert "stop_checks" in keys(at)


def test_a_job_that_fails_leaves_one_check_undone_and_the_others_go_on(
    opened: Open, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = opened()
    at = open_page("findings", dataset)
    for name in started[0]:
        at.session_state[f"job_{dataset.signal(name).key}"] = "a-job"
    monkeypatch.setattr(jobs, "has_failed", lambda id: id == "a-job")
    at.run()
    first, needing = started[0][0], {s.name for s in dataset.signals() if started[0][0] in budget.needed(dataset, s)}
    assert started[1] == [name for name in started[0] if name not in {first, *needing}]
    at.run()
    assert len(started) == 2, "the same work is started once"
    assert any(f"Computing {jobs.name_of(started[0][0])} failed: " in text for text in texts(at))


def test_a_stopped_check_is_not_started_again(opened: Open, started: Started) -> None:
    dataset = opened()
    at = open_page("findings", dataset)
    at.session_state[f"checks_stopped_{dataset.id}"] = True
    at.run()
    assert len(started) == 1 and "run_checks" in keys(at)
    at.button(key="run_checks").click().run()
    assert {"tokens", "structure", "near_groups", "personal_data"} <= set(started[1]) <= set(started[0])


def test_what_fits_into_a_minute_is_started_and_the_rest_is_listed_with_its_cost(
    opened: Open, started: Started
) -> None:
    dataset = opened()
    estimated(dataset, 1_000, lengths=5, tokens=31, structure=20, language=40)
    at = open_page("overview", dataset)
    assert started == [["lengths", "structure", "tokens"]]
    [expander] = [one for one in at.expander if one.label.startswith("Not looked for: ")]
    words = [text.value for text in expander.text]
    assert any(text.startswith("about 40 seconds · ") for text in words)
    assert any(text.startswith("about ") and text.endswith(" · 1 check: Near duplicates") for text in words)
    at.button(key="compute_language").click().run()
    assert started[1:] == [["language"]]


def test_what_is_missing_is_asked_again_only_when_something_changed(
    opened: Open, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    dataset, costs_of = opened(), budget.costs_of
    estimated(dataset, 1_000)
    at = open_page("overview", dataset)
    assert started == [], "nothing fits into the budget"

    def noted(*given: Any) -> dict[str, Any]:
        asked.append(given)
        return costs_of(*given)

    monkeypatch.setattr(budget, "costs_of", noted)
    assert not at.run().exception and asked == []
    [before] = [one.label for one in at.expander if one.label.startswith("Not looked for: ")]
    compute(dataset, dataset.signal("lengths"))
    assert not at.run().exception and asked
    [after] = [one.label for one in at.expander if one.label.startswith("Not looked for: ")]
    assert after != before, "one is no longer left"


def test_the_budget_can_be_changed_on_the_page(opened: Open, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_CHECKS", "0")
    dataset = opened()
    estimated(dataset, 1_000, lengths=5, tokens=20)
    at = open_page("overview", dataset)
    assert started == [] and at.selectbox(key="checks_budget").value == 0
    at.selectbox(key="checks_budget").select(10.0).run()
    assert not at.exception and started == [["lengths"]]


@pytest.mark.parametrize(("given", "first"), [("25", ["lengths", "tokens"]), ("24", ["lengths"]), ("off", None)])
def test_the_environment_says_how_much_is_computed_by_itself(
    given: str, first: list[str] | None, opened: Open, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_CHECKS", given)
    dataset = opened()
    estimated(dataset, 1_000, lengths=5, tokens=20)
    open_page("overview", dataset)
    assert started == ([first] if first else [])


def test_everything_that_is_left_is_one_button(opened: Open, started: Started) -> None:
    dataset = opened()
    estimated(dataset, 1_000, lengths=5)
    at = open_page("overview", dataset)
    at.button(key="compute_left").click().run()
    left = set(started[1])
    assert {"tokens", "near_groups", "verb_noun", "named_entities"} <= left
    assert not left & {"gopher", "c4", "map"}, "no check reads them, and they are on request"


def test_nothing_is_called_clean_while_checks_run(
    opened: Open, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = opened()
    compute(dataset, dataset.signal("structure"))
    at = open_page("overview", dataset)
    for name in started[0]:
        at.session_state[f"job_{dataset.signal(name).key}"] = "a-job"
    monkeypatch.setattr(jobs, "is_over", lambda id: False)
    at.run()
    assert "Checking… nothing found so far." in texts(at)


def test_when_all_is_done_the_page_says_so(opened: Open, started: Started) -> None:
    dataset = opened()
    for signal in dataset.signals():
        if signal.name not in dataset.catalogue.on_request:
            compute(dataset, signal)
    at = open_page("findings", dataset)
    assert started == []
    [tally] = [text for text in texts(at) if "checks done" in text]
    assert tally.startswith(f"{done(dataset)} of {done(dataset) + LEFT} checks done, {LEFT} not run, ")
    assert "The checks that are done found nothing in 6 rows they looked at." in texts(at)
    assert any("No template is chosen. Choose the chat template of the trainer" in text for text in texts(at))
    assert "run_on_request" in keys(at) and not {"run_checks", "stop_checks"} & keys(at)
    at.button(key="run_on_request").click().run()
    assert started == [["self_instruct", "named_entities", "neighbours", "meaning_pairs", "meaning_conflicts"]]


def test_a_real_job_does_the_checks_while_the_page_stays_open(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINNOW_CHECKS")
    dataset = opened()
    at = open_page("overview", dataset)
    deadline = time.monotonic() + 240
    while any(o.missing and not set(o.missing) & dataset.catalogue.on_request for o in outcomes(dataset)):
        assert time.monotonic() < deadline, "the checks are not done"
        time.sleep(1)
    at.run()
    assert any(text.startswith(f"{done(dataset)} of {done(dataset) + LEFT} checks done") for text in texts(at))


def test_columns_of_the_file_have_their_own_names_beside_those_of_winnow(opened: Open) -> None:
    pairs = [{"prompt": f"q{i}", "chosen": "a", "rejected": "b", "tags": "cd"[i % 2]} for i in range(4)]
    dataset = opened(*pairs)
    at = open_page("overview", dataset, "rejected_original~eq~b", "tags_original~in~c")
    drawn = [json.loads(one.proto.spec)["layout"]["title"]["text"] for one in at.get("plotly_chart")]
    assert "Rows by tags (in the file)" in drawn
    assert {"rejected", "rejected (in the file)", "tags", "tags (in the file)"} <= {*at.multiselect[0].options}
    titles = [column["title"] for column in grid_of(at)["columns"]]
    assert "rejected (in the file)" in titles and not [word for word in titles if word.endswith("_original")]


def test_a_filter_is_said_in_the_names_of_the_file(opened: Open) -> None:
    dataset = opened({"prompt": "q", "chosen": "a", "rejected": "b"}, {"prompt": "r", "chosen": "c", "rejected": "d"})
    view = View().where("rejected_original", "eq", "b").where("prompt", "eq", "q")
    assert dataset.sentence_of(view) == "rejected (in the file) is b and prompt is q"
    assert [dataset.words_of(f) for f in view] == ["rejected (in the file) is b", "prompt is q"]


LONG = "The same long answer stands here again, word for word, so that it is a copy of the one before."
FAULTY = [
    *({"prompt": f"Write number {i} down.", "response": f"Here is number {i} for you."} for i in range(14)),
    *({"prompt": "Say it again.", "response": LONG} for _ in range(3)),
    *({"prompt": f"Say nothing about {i}.", "response": ""} for i in range(2)),
    {"prompt": "Repeat this sentence to me.", "response": "Repeat this sentence to me."},
]
"""20 rows: 2 copies (warn), 2 empty responses (error), 1 response that repeats its prompt (error)."""


def test_what_an_export_would_take_follows_tags_and_filters(opened: Open, home: Path) -> None:
    dataset = opened(*FAULTY)
    at = open_page("overview", dataset)
    assert not any(text.startswith("For an export") for text in texts(at))
    ids = dataset.column("row_id").to_list()
    with open_annotations(home) as notes:
        notes.tags.tag_rows(dataset.fingerprint, ids[:3], "drop", "ana")
        notes.tags.tag_rows(dataset.fingerprint, ids[2:5], "fix", "ana")
    at.run()
    said = "For an export: 20 rows in view → 17 without those tagged drop → 15 without those tagged fix."
    assert said in texts(at)
    at = open_page("overview", dataset, "response~notblank~")
    assert any("18 rows in view → 15 without" in text for text in texts(at))


def faulty(opened: Open) -> Dataset:
    dataset = opened(*FAULTY)
    for name in ("tokens", "structure", "exact_duplicates"):
        compute(dataset, dataset.signal(name))
    return dataset


def test_the_table_has_columns_by_role_and_those_of_the_filters(opened: Open) -> None:
    dataset = faulty(opened)
    names = [column["name"] for column in grid_of(open_page("overview", dataset))["columns"]]
    assert names == ["tags", "prompt", "response", "row_tokens"]
    filtered = grid_of(open_page("overview", dataset, "is_duplicate_extra~eq~true"))
    assert [column["name"] for column in filtered["columns"]] == ["tags", "prompt", "response", "is_duplicate_extra"]
    assert [row["cells"][1:] for row in filtered["rows"]] == [["Say it again.", LONG, "true"]] * 2
    assert filtered["title"] == "Rows 1 to 2 of 2 in view"


def test_the_address_sorts_all_rows_and_the_reader_follows(opened: Open) -> None:
    dataset = opened(*({"prompt": f"p{i}", "response": "r", "score": (i * 37) % 120} for i in range(120)))
    wanted = [f"p{i}" for i in sorted(range(120), key=lambda i: -(i * 37 % 120))]
    at = open_page("overview", dataset, sort="score")
    shown = grid_of(at)
    assert shown["sort"] == ["score", True] and len(shown["rows"]) == 50
    at_prompt = [column["name"] for column in shown["columns"]].index("prompt")
    assert [row["cells"][at_prompt] for row in shown["rows"]] == wanted[:50]
    assert [row["number"] for row in shown["rows"]][:2] == [1, 2]
    smallest = grid_of(open_page("overview", dataset, sort="score", down="0"))
    assert [row["cells"][at_prompt] for row in smallest["rows"]] == wanted[:-51:-1]
    assert grid_of(open_page("overview", dataset, sort="no such column"))["sort"] is None
    read = open_page("reading", dataset, sort="score", order="table")
    assert read.selectbox(key="order").value == "table"
    assert "table" not in open_page("reading", dataset).selectbox(key="order").options


def test_a_row_of_the_address_is_open_beside_the_table(opened: Open) -> None:
    dataset = opened()
    row = dataset.column("row_id")[3]
    at = open_page("overview", dataset, row=row)
    assert grid_of(at)["opened"] == row and "close_row" in keys(at)
    at.button(key="close_row").click().run()
    assert not at.exception and "close_row" not in keys(at) and "row" not in at.query_params
    assert "close_row" not in keys(open_page("overview", dataset, row="no-such-row"))


def test_a_file_of_the_rows_has_them_in_order_and_masked(
    opened: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = opened(
        {"prompt": 'Say "a", b', "response": "=c\nd"},
        {"prompt": "Write to me.", "response": "I am ann.lee@gravel-works.co."},
    )
    rows = dataset.rows_of(View()).reverse()
    columns = ["response", "prompt", "tags"]
    plain = 'response,prompt,tags\nI am ann.lee@gravel-works.co.,Write to me.,""\n"\'=c\nd","Say ""a"", b",""\n'
    assert as_file.maker(dataset, rows, columns)().decode() == plain
    compute(dataset, dataset.signal("personal_data"))
    made = as_file.maker(dataset, rows, columns)().decode()
    assert "ann.lee" not in made and made.count("\n") == plain.count("\n")
    monkeypatch.setattr(masking, "is_on", lambda: False)
    assert as_file.maker(dataset, rows, columns)().decode() == plain
    looks = session.notes().looks.latest(dataset.fingerprint)
    assert looks.height == 1, "who sees values is recorded"


def cards_of(at: AppTest) -> list[str]:
    return [str(button.key).removeprefix("show_") for button in at.button if str(button.label).startswith("Show")]


def test_findings_stand_by_severity_then_by_the_share_of_rows(opened: Open) -> None:
    at = open_page("overview", faulty(opened))
    names = cards_of(at)
    assert names.index("empty_response") < names.index("exact_duplicates")
    labels = [str(at.button(key=f"show_{n}").label) for n in ("empty_response", "exact_duplicates")]
    assert labels == [told_apart("Show 2 rows", "Empty response"), told_apart("Show 2 rows", "Exact duplicates")]
    assert "Fix before training" in [heading.value for heading in at.subheader]
    assert "Say nothing about 0. → (empty)" in texts(at)
    assert f"Say it again. → {LONG[:69]}…" in texts(at)


def test_show_shows_the_rows_and_is_pressed_until_it_is_clicked_again(opened: Open) -> None:
    dataset = faulty(opened)
    at = open_page("overview", dataset, "prompt~has~say")
    at.button(key="show_exact_duplicates").click().run()
    assert at.query_params["f"] == ["prompt~has~say", "is_duplicate_extra~eq~true"]
    assert "**2** rows" in [one.value for one in at.markdown]
    assert at.button(key="show_exact_duplicates").label == told_apart("Showing 2 rows", "Exact duplicates")
    at.button(key="show_exact_duplicates").click().run()
    assert not at.exception and at.query_params["f"] == "prompt~has~say"
    assert at.button(key="show_exact_duplicates").label == told_apart("Show 2 rows", "Exact duplicates")


def test_the_contract_beside_the_data_has_its_verdict_on_top(opened: Open, tmp_path: Path) -> None:
    dataset = faulty(opened)
    assert not [text for text in texts(open_page("overview", dataset)) if text.startswith("Contract")]
    (tmp_path / "winnow.toml").write_text(
        '[contract]\nname = "mine"\n'
        '[[rule]]\nname = "empty"\nfinding = "empty_response"\nmax_share = 0.05\n'
        '[[rule]]\nname = "copies"\nfinding = "exact_duplicates"\nmax_share = 0.1\n'
        '[[rule]]\nname = "near"\nfinding = "near_duplicates"\nmax_share = 0.1\n'
    )
    said = texts(open_page("overview", dataset))
    assert "Contract “mine”: fail. 3 rules." in said
    assert "✗ formatted: 1 of 1 rule fail" in said and "? unique: 1 of 2 rules unknown" in said
    (tmp_path / "winnow.toml").write_text("[contract\n")
    assert any(text.startswith("The contract cannot be checked: ") for text in texts(open_page("overview", dataset)))
