"""In which order are groups of findings shown, where does each finding lead, and does advice name what is missing?"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.annotations.finding_states import Given
from analysis.catalogue import CATALOGUE
from analysis.check import CHARACTERISTICS
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import Finding, Outcome, outcomes, view_of
from analysis.inbox import Line, first_to_read, grouped, untouched
from analysis.inbox.states import FindingState
from analysis.workspace import Workspace
from tests.support.app_page import open_page
from tests.support.browser import ROOT
from ui.findings.explained import ELSEWHERE, explained

QUICK = ("lengths", "structure", "exact_duplicates", "repetition", "formatting", "prompt_format", "c4", "gopher")
ADVISED = re.compile(r"the roles? ([a-z_ ]+) on the page Open")
SHAPES: dict[str, list[dict[str, Any]]] = {
    "prompts": [{"prompt": f"Name number {n} of them."} for n in range(4)],
    "labels": [{"prompt": f"Name town {n}.", "completion": f"Town {n}.", "label": n > 1} for n in range(4)],
    "scores": [
        {"prompt": f"Name {n}.", "chosen": f"Town {n}.", "rejected": "No.", "score_chosen": n} for n in range(4)
    ],
    "texts": [{"text": f"Some words about town {n}."} for n in range(4)],
    "no_words": [{"text": "…", "split": "train"} for _ in range(4)],
    "nulls": [{"text": None, "n": n} for n in range(4)],
    "table": [{"colour": "red", "n": n} for n in range(4)],
    "calls": [{"messages": [{"role": "user", "content": f"Go {n}."}]} for n in range(4)],
}


@pytest.fixture
def dataset(home: Path) -> Dataset:
    return Workspace().open([ROOT / "sample_data" / "instructions.jsonl"])


def lines_of(dataset: Dataset, given: dict[str, tuple[int, int, Given | str]]) -> list[Line]:
    """A line of each check; those that are given by name have so many rows, so many tokens, and that state."""
    made = []
    for check in CATALOGUE.checks:
        rows, tokens, state = given.get(check.name, (0, 0, ""))
        finding = Finding(check, view_of(check), rows, dataset.height, tokens) if rows else None
        [line] = untouched([Outcome(check, "done", dataset.height, finding)])
        made.append(replace(line, state=FindingState(state)) if state else line)  # type: ignore[arg-type]
    return made


def order(dataset: Dataset, given: dict[str, tuple[int, int, Given | str]]) -> list[str]:
    compute(dataset, dataset.signal("structure"))
    for name in ("lengths", "exact_duplicates", "formatting"):
        compute(dataset, dataset.signal(name))
    return [group.characteristic for group in grouped(dataset, lines_of(dataset, given))]


SHOWN: dict[str, tuple[int, int, Given | str]] = {
    "one_word_response": (5, 900, "open"),  # aligned, info
    "empty_response": (2, 4, "open"),  # formatted, error
    "exact_duplicates": (9, 70, "open"),  # unique, warn
}


def test_groups_are_ranked_by_their_most_serious_open_finding(dataset: Dataset) -> None:
    rest = ["relevant", "consistent", "compliant"]  # without a finding, in the order of the characteristics
    assert order(dataset, SHOWN) == ["formatted", "unique", "aligned", *rest]
    for state in ("accepted", "fixed", "being fixed"):
        decided = {**SHOWN, "empty_response": (2, 4, state)}
        assert order(dataset, decided) == ["unique", "aligned", "formatted", *rest], state
        assert first_to_read(lines_of(dataset, decided)).check.name == "exact_duplicates"  # type: ignore[union-attr]
    with_another = {**SHOWN, "empty_response": (2, 4, "accepted"), "html_tags": (1, 71, "open")}
    assert order(dataset, with_another) == ["formatted", "unique", "aligned", *rest]


def test_of_equally_serious_groups_that_of_most_tokens_then_of_most_rows_is_first(dataset: Dataset) -> None:
    by_tokens = {"html_tags": (3, 80, "open"), "exact_duplicates": (9, 70, "open")}
    assert order(dataset, by_tokens)[:2] == ["formatted", "unique"]  # type: ignore[arg-type]
    by_rows = {"html_tags": (3, 0, "open"), "exact_duplicates": (9, 0, "open")}
    assert order(dataset, by_rows)[:2] == ["unique", "formatted"]  # type: ignore[arg-type]


def test_without_an_open_finding_the_first_of_all_is_read_and_groups_with_one_come_first(dataset: Dataset) -> None:
    decided = {name: (rows, tokens, "accepted") for name, (rows, tokens, _) in SHOWN.items()}
    assert order(dataset, decided)[:3] == ["formatted", "unique", "aligned"]  # type: ignore[arg-type]
    assert first_to_read(lines_of(dataset, decided)).check.name == "empty_response"  # type: ignore[union-attr, arg-type]
    assert order(dataset, {}) == list(CHARACTERISTICS)
    assert first_to_read(lines_of(dataset, {})) is None


@pytest.mark.parametrize("check", CATALOGUE.checks, ids=lambda check: check.name)
def test_each_check_leads_to_a_page_or_says_why_there_is_none(check: Any) -> None:
    leads = explained(check, CATALOGUE)
    assert bool(leads.page) != bool(leads.why)
    if leads.page:
        assert (ROOT / "pages" / f"{leads.page}.py").exists()
    else:
        assert leads.why.endswith(".") and not leads.is_narrowed


def test_no_room_is_sent_elsewhere_that_has_a_page_or_finds_nothing() -> None:
    finding = {CATALOGUE.room_of(check) for check in CATALOGUE.checks}
    assert set(ELSEWHERE) == {room for room in finding if not (ROOT / "pages" / f"{room}.py").exists()}


def test_the_page_names_the_page_that_explains_a_finding(home: Path, tmp_path: Path) -> None:
    chats = [{"messages": [{"role": "assistant", "content": f"Hello {n}."}]} for n in range(3)]
    dataset = opened(tmp_path, "chats", chats)
    compute(dataset, dataset.signal("structure"))
    page = open_page("findings", dataset, finding="no_user")
    assert page.button(key="finding_page").label == "Page Training"


def opened(folder: Path, name: str, records: list[dict[str, Any]]) -> Dataset:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return Workspace().open([path])


def named_roles(outcome: Outcome) -> set[str]:
    """The roles that the advice says to give."""
    found = ADVISED.search(outcome.to_do)
    return set(re.split(r" and | or ", found[1])) if found else set()


@pytest.mark.parametrize("name", [*SHAPES, "instructions", "chats", "preferences", "hostile"])
def test_advice_names_only_roles_that_no_column_has(name: str, home: Path, tmp_path: Path) -> None:
    if name in SHAPES:
        dataset = opened(tmp_path, name, SHAPES[name])
    else:
        dataset = Workspace().open([ROOT / "sample_data" / f"{name}.jsonl"])
    for signal in QUICK:
        compute(dataset, dataset.signal(signal))
    has = {*dataset.roles, *dataset.canonical}
    without = [outcome for outcome in outcomes(dataset) if outcome.state == "does not apply"]
    for outcome in without:
        assert outcome.to_do.endswith("."), outcome
        assert not named_roles(outcome) & has, outcome
        if outcome.why.startswith("No column has the role "):
            assert named_roles(outcome), outcome
    assert without


def test_advice_on_what_is_missing(home: Path, tmp_path: Path) -> None:
    by_name = {outcome.check.name: outcome for outcome in outcomes(opened(tmp_path, "s", SHAPES["scores"]))}
    assert by_name["score_tie"].to_do == (
        "If a column holds it, give it the role score_rejected on the page Open, or with --role."
    )
    empty = outcomes(opened(tmp_path, "table", SHAPES["table"]))
    assert {o.to_do for o in empty if o.check.name == "contradictions"} == {
        "If columns hold them, give them the roles prompt and response on the page Open, or with --role."
    }
    plain = opened(tmp_path, "q", SHAPES["prompts"])
    compute(plain, plain.signal("formatting"))
    compute(plain, plain.signal("prompt_format"))
    by_name = {outcome.check.name: outcome for outcome in outcomes(plain)}
    assert by_name["truncated"].why == "No column has the role response or text."
    dirty = [{"prompt": text} for text in ("Why so?", "{a} -->", "Go on\n\n", "- x", "Name it:")]
    other = opened(tmp_path, "dirty", dirty)
    compute(other, other.signal("prompt_format"))
    [off] = [outcome for outcome in outcomes(other) if outcome.check.name == "off_format"]
    assert (off.state, off.to_do) == ("does not apply", "No role is missing, so there is nothing to set.")
