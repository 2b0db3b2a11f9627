"""Does the page Training keep a choice, count what the trainer sees with what it is of, and filter to it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.training.choice import choose
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.app_page import open_page as opened
from tests.support.app_page import well

MAIL = "ann.marsh@gravel-works.co"
REFUSES = "{{ raise_exception('No system turn here') if messages[0].role == 'system' }}"
OWN = (
    REFUSES + "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def chat(*contents: str, system: str = "", source: str = "web") -> dict[str, Any]:
    first = [{"role": "system", "content": system}] if system else []
    turns = [{"role": ("user", "assistant")[n % 2], "content": content} for n, content in enumerate(contents)]
    return {"messages": first + turns, "source": source}


CHATS = [
    chat("Hi", "Hello!"),
    chat("Hi", "Hello!", system="Be brief.", source="forum"),
    chat("Alone"),
    chat("word " * 200, "one two three"),
    chat(f"Write to {MAIL}", f"I wrote to {MAIL}.", source="forum"),
]


@pytest.fixture(scope="module")
def folder(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "chats.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CHATS))
    (folder / "raw.jsonl").write_text("".join(json.dumps({"text": f"Text {n}."}) + "\n" for n in range(3)))
    (folder / "own.jinja").write_text(OWN)
    (folder / "broken.jinja").write_text("{% for m in messages %}")
    (folder / "endless.jinja").write_text(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )
    return folder


@pytest.fixture
def chats(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The chats, without a choice."""
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(folder))
    dataset = Workspace().open([folder / "chats.jsonl"])
    return Workspace().describe(dataset, parameters={})


@pytest.fixture
def computed(chats: Dataset, folder: Path) -> Dataset:
    """The chats as a template sees them that refuses systems, at 60 tokens."""
    return keep(chats, str(folder / "own.jinja"), max_length=60)


def keep(dataset: Dataset, template: str, **more: Any) -> Dataset:
    choice = choose(template, **more)
    dataset = Workspace().describe(dataset, parameters={"trainer": choice.parameters()})
    compute(dataset, dataset.signal("trainer"))
    return Workspace().dataset(dataset.id)


def said(app: AppTest) -> str:
    """All that a page says, tables included."""
    kinds = ("text", "caption", "subheader")
    words = [str(getattr(element, "value", "")) for kind in kinds for element in app.get(kind)]
    words += [f"{metric.label}: {metric.value}" for metric in app.metric]
    return "\n".join([*words, *(str(table.value.to_dict("list")) for table in app.dataframe)])


def button(app: AppTest, key: str) -> Any:
    return next(element for element in app.button if element.key == key)


def view_of(app: AppTest) -> list[str]:
    return View.from_params(app.session_state["filters"]).to_params()


def kept(dataset: Dataset) -> dict[str, Any]:
    meta = json.loads((dataset.folder / "dataset.json").read_text())
    return dict(meta["parameters"].get("trainer", {}))


def test_without_a_dataset_it_offers_to_open_one(app_home: Path) -> None:
    assert "No dataset is open." in said(opened("training", None))


def test_without_a_choice_it_asks_for_a_template_and_nothing_else(chats: Dataset) -> None:
    app = opened("training", chats)
    assert "Which template does the trainer use?" in said(app)
    assert not app.metric and button(app, "training_use").label == "Use these"


def test_a_refusal_is_text_and_not_markdown(chats: Dataset, folder: Path) -> None:
    words = "**b** <b>x</b> [l](javascript:1) :red[r]"
    (folder / "hostile.jinja").write_text("{{ raise_exception('" + words + "\x1b[31m') }}")
    app = opened("training", keep(chats, str(folder / "hostile.jinja")))
    tables = "".join(str(table.value.to_dict("list")) for table in app.dataframe)
    assert words in tables and "\x1b[31m" not in tables
    marked = [each.value for elements in (app.caption, app.markdown, app.subheader, app.error) for each in elements]
    assert not any("javascript" in text or "<b>" in text for text in marked)


def test_a_path_is_kept_with_the_dataset_and_then_computed(chats: Dataset, folder: Path) -> None:
    app = opened("training", chats)
    app.text_input(key="training_template").set_value("own.jinja")
    app.number_input(key="training_max_length").set_value(60)
    well(button(app, "training_use").click().run())
    assert kept(chats)["template"] == OWN and kept(chats)["max_length"] == 60
    assert "own.jinja" in said(app) and "at most 60 tokens, keep_start" in said(app)
    assert any("Compute" in element.label for element in app.button)


def test_no_maximum_length_is_kept_as_none(chats: Dataset) -> None:
    app = opened("training", chats)
    app.text_input(key="training_template").set_value("chatml")
    app.number_input(key="training_max_length").set_value(0)
    well(button(app, "training_use").click().run())
    assert kept(chats)["max_length"] == 0 and "no maximum length" in said(app)
    dataset = Workspace().dataset(chats.id)
    compute(dataset, dataset.signal("trainer"))
    numbers = {metric.label: metric.value for metric in opened("training", dataset).metric}
    assert numbers["Trained tokens lost"] == "0" and numbers["Rows the template refuses"] == "0"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("", "No template is named"),
        ("no/such-model", "There is no template"),
        ("broken.jinja", "cannot be compiled"),
        ("endless.jinja", "takes longer than 2 seconds; it was stopped."),
        ("/etc/hostname", "outside the folders opened for data"),
    ],
)
def test_a_template_that_cannot_be_used_is_not_kept(chats: Dataset, template: str, why: str) -> None:
    app = opened("training", chats)
    app.text_input(key="training_template").set_value(template)
    button(app, "training_use").click().run()
    assert not app.exception and why in said(app)
    assert kept(chats) == {}


def test_variables_that_are_no_json_are_not_kept(chats: Dataset) -> None:
    app = opened("training", chats)
    app.text_input(key="training_template").set_value("chatml")
    app.text_input(key="training_variables").set_value("{enable")
    button(app, "training_use").click().run()
    assert "no JSON object" in said(app) and kept(chats) == {}


def test_a_link_fills_the_form_in_a_workspace_without_a_choice(chats: Dataset) -> None:
    app = opened("training", chats, template="own.jinja", rule="all", max_length="60")
    assert app.text_input(key="training_template").value == "own.jinja"
    assert app.selectbox(key="training_rule").value == "all" and app.number_input(key="training_max_length").value == 60
    well(button(app, "training_use").click().run())
    assert (kept(chats)["rule"], kept(chats)["max_length"]) == ("all", 60)


def test_a_link_with_another_choice_says_so_and_can_be_used(computed: Dataset) -> None:
    app = opened("training", computed, template="chatml", rule="all", max_length="x")
    assert "another choice than the one of this workspace: template chatml, rule all" in said(app)
    well(button(app, "use_link").click().run())
    assert kept(computed)["rule"] == "all" and kept(computed)["template"] != OWN
    assert "another choice" not in said(app)


def test_the_address_says_what_is_chosen(computed: Dataset) -> None:
    app = opened("training", computed)
    assert (app.query_params["max_length"], app.query_params["rule"]) == ("60", "content")
    assert "another choice" not in said(opened("training", computed, rule="content"))


def test_raw_text_is_not_looked_at(folder: Path) -> None:
    dataset = keep(Workspace().open([folder / "raw.jsonl"]), "chatml")
    app = opened("training", dataset)
    assert "Not looked at: none of 3 rows in view is a chat" in said(app)
    assert not app.metric


def test_the_five_numbers_say_what_they_are_of(computed: Dataset) -> None:
    app = opened("training", computed)
    numbers = {metric.label: metric.value for metric in app.metric}
    assert numbers["Rows the template refuses"] == "1"
    assert numbers["Rows with no trained token"] == "2"  # one has no answer; of the other the answer is cut off
    rows = computed.frame(["trainer_tokens", "trained_tokens", "lost_trained_tokens"])
    trained, tokens = int(rows["trained_tokens"].sum()), int(rows["trainer_tokens"].sum())
    assert numbers["Trained tokens"] == f"about {trained:,}"
    assert numbers["Trained tokens lost"] == f"about {int(rows['lost_trained_tokens'].sum())}"
    words = said(app)
    assert "of 5 rows looked at" in words and "of 4 rendered" in words
    assert f"{trained / tokens:.1%} of about {tokens:,} tokens" in words
    assert "5 rows of 5 in view looked at." in words
    assert (
        "How the trained tokens were found: 3 rows content (by the text of the turns); 1 row none (nothing is trained)."
        in words
    )
    assert "The counts are estimates" in words


@pytest.mark.parametrize(
    ("key", "view", "rows"),
    [
        ("show_refused", ["template_error~notnull"], 1),
        ("show_untrained", ["is_untrained~eq~true"], 2),
        ("show_little", ["trained_share~lt~0.1"], 2),
        ("show_longer", ["trainer_tokens~gt~60"], 1),
        ("show_packed", ["trainer_tokens~le~60"], 3),
    ],
)
def test_each_number_filters_to_its_rows(computed: Dataset, key: str, view: list[str], rows: int) -> None:
    app = opened("training", computed)
    well(button(app, key).click().run())
    assert view_of(app) == view
    assert len(computed.rows_of(View.from_params(view))) == rows


def test_another_length_counts_again_and_computes_nothing(computed: Dataset) -> None:
    app = opened("training", computed)
    stored = sorted(path.name for path in computed.folder.rglob("*.parquet"))
    slider = app.select_slider(key="upto")
    assert slider.value == 60
    well(slider.set_value(256).run())
    assert {metric.label: metric.value for metric in app.metric}["Trained tokens lost"] == "0"
    assert opened("training", computed, upto="256").select_slider(key="upto").value == 256
    assert sorted(path.name for path in computed.folder.rglob("*.parquet")) == stored


def test_faults_have_their_rows_and_a_tick_filters(computed: Dataset) -> None:
    app = opened("training", computed)
    table = next(frame.value for frame in app.dataframe if "fault" in frame.value.columns)
    faults = dict(zip(table["fault"], zip(table["rows"], table["of"], strict=True), strict=True))
    assert faults["refused: No system turn here"] == (1, 5)
    assert faults["an answer is cut off"] == (1, 4)
    assert "Not looked at: whether serving sends the same." in said(app)


def test_refused_rows_alone_have_no_numbers_of_tokens(computed: Dataset) -> None:
    app = opened("training", computed, "template_error~notnull")
    numbers = [metric.value for metric in app.metric]
    assert numbers == ["1", "–", "–", "–", "–"]
    words = said(app)
    assert "Looked for, and in no row in view" not in words
    assert "Not looked at, as no row in view has it: the text begins with two beginning tokens" in words


def test_groups_have_trained_and_lost_tokens(computed: Dataset) -> None:
    table = next(f.value for f in opened("training", computed).dataframe if "trained share" in f.value.columns)
    assert dict(zip(table["source"], table["refused rows"], strict=True)) == {"web": 0, "forum": 1}
    assert dict(zip(table["source"], table["untrained rows"], strict=True)) == {"web": 2, "forum": 0}


def test_packing_and_cost_in_detail(computed: Dataset) -> None:
    app = opened("training", computed, price="2", batch="1")
    app.session_state["packing_shown"] = True
    well(app.run())
    table = next((f.value for f in app.dataframe if "per epoch of the rows in view" in f.value.columns), None)
    assert table is not None
    lines = dict(zip(*(table[name] for name in table.columns), strict=True))
    assert lines["rows left without a trained token"] == "2 of 4"
    assert lines["billed per epoch"].startswith("0.00 for ")


@pytest.mark.parametrize("beside", ["rule all", "another template"])
def test_a_row_is_shown_beside_another_rule(computed: Dataset, beside: str) -> None:
    app = opened("training", computed)
    well(app.selectbox(key="beside").set_value(beside).run())
    if beside == "another template":
        app.text_input(key="beside_template").set_value("no/such").run()
        assert not app.exception and "There is no template" in said(app)


def test_the_signal_of_the_page_is_the_one_that_filters_use(computed: Dataset) -> None:
    assert CATALOGUE.writer_of("trained_tokens") == "trainer"
    assert computed.has(computed.signal("trainer"))


def test_prompts_that_were_sent_are_counted_by_their_difference(computed: Dataset, folder: Path) -> None:
    asked = f"<|im_start|>user\nWrite to {MAIL}<|im_end|>\n<|im_start|>assistant\n"
    sent = [asked, f" {asked}", "Somebody else asked this."]
    (folder / "sent.jsonl").write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in sent))
    app = opened("training", computed)
    app.session_state["sent_shown"] = True
    app.run()
    assert "Choose a log of your server" in said(app)
    well(app.selectbox(key="sent_prompts").set_value(str(folder / "sent.jsonl")).run())
    assert "2 of 3 prompts ask for an answer of the rows in view; of 0 the answer is not trained." in said(app)
    assert "'Prompts': [1, 1]" in said(app) and "they differ in white space only" in said(app)
    well(app.selectbox(key="sent_prompts").set_value(str(folder / "chats.jsonl")).run())
    assert "Not looked at: no row of this file has a prompt" in said(app)
