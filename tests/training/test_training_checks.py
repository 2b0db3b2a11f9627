"""Do the findings say what the trainer sees, for each of its faults, and nothing before a template is chosen?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import Outcome, outcomes
from analysis.training.choice import choose
from analysis.training.keeping import with_choice
from analysis.training.training_checks import TRAINER_CHECKS
from analysis.workspace import Workspace
from tests.support.commands import Run, runner

NAMES = [check.name for check in TRAINER_CHECKS]
TEMPLATE = """{%- if messages[0].role == 'system' and messages[0].content == 'No.' %}
{{- raise_exception('No such system.') }}{% endif -%}
{{- '<s>' }}{% for m in messages %}
{%- if m.role != 'system' %}{{ '[' ~ m.role ~ ']' ~ m.content }}{{ m.name if m.role == 'user' else '</s>' }}{% endif %}
{%- endfor %}"""
SPECIALS = {"bos_token": "<s>", "eos_token": "</s>"}

Choose = Callable[..., Dataset]


def chat(user: str, answer: str | None, **more: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": user, "name": "Ann", **more}]
    return {"messages": [*turns, *([{"role": "assistant", "content": answer}] if answer else [])]}


def with_system(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": text}, *chat("Hi", "Hello.")["messages"]]}


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    """A model's folder with the template above."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "chat_template.jinja").write_text(TEMPLATE)
    (tmp_path / "model" / "tokenizer_config.json").write_text(json.dumps(SPECIALS))
    return tmp_path


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def opened(folder: Path) -> Callable[..., Dataset]:
    def open_it(*records: dict[str, Any]) -> Dataset:
        path = folder / "chats.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return Workspace().open([path])

    return open_it


def of_training(dataset: Dataset) -> dict[str, Outcome]:
    return {outcome.check.name: outcome for outcome in outcomes(dataset) if outcome.check.name in NAMES}


def chosen_and_computed(dataset: Dataset, template: str, **more: Any) -> Dataset:
    dataset = Workspace().describe(dataset, parameters=with_choice(dataset, choose(template, **more)))
    compute(dataset, dataset.signal("trainer"))
    return dataset


def test_each_fault_is_found_in_its_rows(opened: Callable[..., Dataset], folder: Path) -> None:
    records = (
        chat("Hi", "Hello."),  # 0: in order
        with_system("No."),  # 1: refused
        with_system("Be brief."),  # 2: the system is dropped
        chat("Hi", None),  # 3: no answer
        chat("Hi", "word " * 100),  # 4: cut off
        chat("Hi", "None."),  # 5: a text that says None
        chat("What is </s> for?", "An end."),  # 6: a special token
        chat("Hi", "Hello.</s>"),  # 7: two end tokens
    )
    dataset = chosen_and_computed(opened(*records), str(folder / "model"), max_length=40, serve="chatml")
    found = of_training(dataset)
    rows = {name: dataset.rows_of(outcome.finding.view).to_list() for name, outcome in found.items() if outcome.finding}
    assert rows["refused_by_template"] == [1]
    assert rows["dropped_by_template"] == [2]
    assert rows["untrained"] == [3]
    assert rows["trained_tokens_cut_off"] == [4]
    assert rows["special_tokens_in_text"] == [6, 7]
    assert rows["double_eos"] == [7]
    assert rows["serving_drift"] == [0, 2, 4, 5, 6, 7]
    assert {"double_bos", "stop_not_trained", "python_repr", "mask_unsure"}.isdisjoint(rows)
    assert {name: outcome.looked_at for name, outcome in found.items()} == {
        "refused_by_template": 8,
        "untrained": 7,
        "trained_tokens_cut_off": 7,
        "dropped_by_template": 7,
        "double_bos": 7,
        "double_eos": 7,
        "stop_not_trained": 6,
        "special_tokens_in_text": 7,
        "python_repr": 7,
        "mask_unsure": 7,
        "serving_drift": 6,
    }
    assert found["refused_by_template"].finding
    assert found["refused_by_template"].finding.sentence == "1 row is refused by the chat template."
    assert all(outcome.to_do for outcome in found.values() if outcome.finding)


def test_an_end_that_is_not_trained_and_two_beginnings_are_found(opened: Callable[..., Dataset], folder: Path) -> None:
    plain = folder / "plain"
    plain.mkdir()
    (plain / "chat_template.jinja").write_text(
        "{{ bos_token ~ bos_token }}{% for m in messages %}{{ m.role ~ ': ' ~ m.content ~ '\\n' }}{% endfor %}"
        "{{ tools }}"
    )
    (plain / "tokenizer_config.json").write_text(json.dumps(SPECIALS))
    found = of_training(chosen_and_computed(opened(chat("Hi", "Hello."), chat("Hi there", "Yes.")), str(plain)))
    assert {n for n, outcome in found.items() if outcome.finding} == {"stop_not_trained", "double_bos", "python_repr"}


def test_without_a_template_nothing_is_clear(opened: Callable[..., Dataset]) -> None:
    dataset = opened(chat("Hi", "Hello."))
    compute(dataset, dataset.signal("trainer"))  # by the ChatML that stands in
    for outcome in of_training(dataset).values():
        assert (outcome.state, outcome.looked_at, outcome.finding) == ("not run", None, None)
        assert outcome.why == "No template is chosen."
        assert "winnow trainer DATASET --template NAME" in outcome.to_do


def test_without_a_template_of_serving_drift_is_not_looked_at(opened: Callable[..., Dataset]) -> None:
    found = of_training(chosen_and_computed(opened(chat("Hi", "Hello.")), "chatml"))
    assert found["serving_drift"].state == "not run"
    assert found["serving_drift"].why == "No template of serving is chosen."
    assert {outcome.state for name, outcome in found.items() if name != "serving_drift"} == {"done"}


def test_a_maximum_length_alone_chooses_no_template(opened: Callable[..., Dataset], run: Run) -> None:
    dataset = opened(chat("Hi", "Hello."))
    code, out, err = run("trainer", dataset.id, "--max-length", "100")
    assert code == 0
    assert "No template is chosen; Winnow's own ChatML is taken." in err
    assert "100 tokens" in out
    assert {o.state for o in of_training(Workspace().dataset(dataset.id)).values()} == {"not run"}
    code, out, err = run("trainer", dataset.id, "--template", "chatml")
    assert code == 0
    assert "No template is chosen" not in err and "100 tokens" in out
    assert of_training(Workspace().dataset(dataset.id))["untrained"].state == "done"


def test_fail_on(opened: Callable[..., Dataset], folder: Path, run: Run) -> None:
    dataset = opened(chat("Hi", "Hello."), with_system("No."))
    said = run("findings", dataset.id, "--fail-on", "refused_by_template")
    assert said.code == 2 and "refused_by_template: No template is chosen." in said.err.splitlines()[-1]
    Workspace().describe(dataset, parameters=with_choice(dataset, choose(str(folder / "model"))))
    assert run("findings", dataset.id, "--fail-on", "untrained").code == 0
    said = run("findings", dataset.id, "--fail-on", "refused_by_template")
    assert said.code == 1 and "1 row is refused by the chat template.  [refused_by_template]" in said.out


def test_texts_without_prompts_are_not_the_trainers_matter(opened: Callable[..., Dataset]) -> None:
    found = of_training(opened({"text": "Some words."}))
    assert {outcome.state for outcome in found.values()} == {"does not apply"}


def test_each_check_says_what_to_do() -> None:
    assert all(check.to_do.endswith(".") and check.choice for check in TRAINER_CHECKS)
    assert len({check.name for check in CATALOGUE.checks}) == len(CATALOGUE.checks)
