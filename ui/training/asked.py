"""Which template, tokenizer, rule and length the page Training shows: chosen once, and kept with the dataset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.given_files import below_data_folders, data_folders
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER
from analysis.templates import Template, known_by, known_templates
from analysis.training.choice import DEFAULT_MAX_LENGTH, Choice, tokenizer_beside
from analysis.training.choice import choose as choice_of
from analysis.training.keeping import is_chosen, with_choice
from analysis.training.rules import DEFAULT_RULE, RULES
from analysis.training.truncation import WAYS
from ui.session import session
from ui.session.text import cut
from ui.training import links

NAMES = "training_names"
"""Where the description of a dataset keeps the names that a person gave: of the template, and of that of serving."""
SAID = "training_said"


def choose(dataset: Dataset) -> None:
    """What is chosen, with a way to change it; ends the page, after the form, if nothing is chosen yet."""
    if is_chosen(dataset):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(" · ".join(words(dataset)))
            with st.popover("Change", icon=":material/tune:", key="change_training", on_change="rerun") as popover:
                if popover.open:
                    _form(dataset)
        _say()
        links.compare(dataset, kept_fields(dataset), _keep)
        return
    with st.container(border=True, width=820):
        st.subheader("Which template does the trainer use?", anchor=False)
        st.text(
            "Each row then becomes the text that the trainer reads, cut into its tokens: trained, not trained or cut "
            "off. The choice is kept with the dataset."
        )
        _say()
        _form(dataset)
    st.stop()


def kept_fields(dataset: Dataset) -> dict[str, str]:
    """The kept choice as the fields of the form, "" for what is not chosen."""
    now, names = dataset.signal("trainer").parameters, dataset.meta.get(NAMES, {})
    of_text = {name: _known(Template(str(now[name]), "", "file").sha256)[0] for name in ("template", "serve")}
    fields = {name: str(names.get(name) or of_text[name]) for name in of_text}
    fields |= {name: str(now[name]) for name in ("tokenizer", "rule", "max_length", "truncation")}
    return {**fields, "variables": "" if now["variables"] in ("", "{}") else str(now["variables"])}


def words(dataset: Dataset) -> list[str]:
    """The kept choice in words: template, tokenizer, rule, length and the template of serving."""
    now = dataset.signal("trainer").parameters
    names = dataset.meta.get(NAMES, {})
    limit = int(str(now["max_length"]))
    return [
        f"Template {template_words(str(now['template']), str(names.get('template', '')))}",
        f"tokenizer {cut(Path(str(now['tokenizer'])).name, 60)}",
        f"rule {now['rule']}",
        f"at most {limit:,} tokens, {now['truncation']}" if limit else "no maximum length",
        f"serving with {template_words(str(now['serve']), str(names.get('serve', '')))}"
        if now["serve"]
        else "serving not compared",
    ]


def template_words(text: str, asked: str = "") -> str:
    """A template in words: the name that a person gave, and what is known of its text."""
    sha256 = Template(text, "", "file").sha256
    name, repositories = _known(sha256)
    if not name:
        return f"{cut(asked, 60) or 'unknown'} ({len(text):,} characters, SHA-256 {sha256[:8]})"
    models = f", the template of {repositories:,} model repositories" if repositories > 1 else ""
    is_other = asked and asked.casefold() != name.casefold()
    return f"{cut(asked, 60)} ({name}{models})" if is_other else f"{name}{models}"


@st.cache_data(max_entries=64, show_spinner=False)
def _known(sha256: str) -> tuple[str, int]:
    """The name of the known template with this hash and how many repositories have it; "" and 0 if there is none."""
    same = known_by(sha256)
    return (same.name, sum("/" in alias for alias in same.aliases)) if same else ("", 0)


@st.cache_data(show_spinner=False)
def _own() -> list[str]:
    return [template.name for template in known_templates() if template.origin == "own"]


def _form(dataset: Dataset) -> None:
    """The fields of the choice, with what is kept, or what the link says; "Use these" keeps them."""
    usual = {**kept_fields(dataset), "template": "", "tokenizer": ""}
    now = kept_fields(dataset) if is_chosen(dataset) else {**usual, **links.of_link()}
    st.text_input(
        "Template",
        value=now["template"],
        key="training_template",
        placeholder="A model's name such as Qwen/Qwen3-8B, or a path",
        help="A model's name, or the path of a model folder, a .jinja or a .gguf file below the data folders.",
    )
    st.pills("or one of Winnow's own", _own(), key="training_own", on_change=_take_own)
    left, right = st.columns(2)
    left.text_input(
        "Tokenizer",
        value=now["tokenizer"],
        key="training_tokenizer",
        placeholder=f"of the model folder, else {DEFAULT_TOKENIZER}",
        help="The path of a tokenizer.json or of a model folder below the data folders. With a tokenizer that is not "
        "the model's, the counts are estimates.",
    )
    rules, ways = list(RULES), list(WAYS)
    rule = rules.index(now["rule"]) if now["rule"] in rules else 0
    right.selectbox("What is trained", rules, index=rule, format_func=_rule_words, key="training_rule")
    limit = int(now["max_length"]) if now["max_length"].isdecimal() else DEFAULT_MAX_LENGTH
    left.number_input(
        "Maximum length in tokens", min_value=0, value=limit, step=256, key="training_max_length", help="0: no maximum."
    )
    way = ways.index(now["truncation"]) if now["truncation"] in ways else 0
    right.selectbox("Truncation", ways, index=way, format_func=_way_words, key="training_truncation")
    left.text_input(
        "Template of serving",
        value=now["serve"],
        key="training_serve",
        placeholder="not compared",
        help="A name or a path, as above. Rows of which serving sends another text than training are then found.",
    )
    right.text_input(
        "Variables of the template",
        value=now["variables"],
        key="training_variables",
        placeholder='{"enable_thinking": false}',
    )
    st.button("Use these", type="primary", on_click=_keep, args=(dataset,), key="training_use")


def _take_own() -> None:
    if name := st.session_state.get("training_own"):
        st.session_state["training_template"] = name


def _way_words(way: str) -> str:
    return f"{way}: {WAYS[way]}"


def _rule_words(rule: str) -> str:
    return f"{rule}: {RULES[rule].says}"


def _say() -> None:
    """Why the latest choice was not kept, once."""
    if message := st.session_state.pop(SAID, None):
        st.error("The choice was not kept.")
        st.text(message)


def _keep(dataset: Dataset, given: Mapping[str, str] | None = None) -> None:
    """Keeps what is `given`, or what the form says; on an error nothing is changed."""
    fields = {field: st.session_state.get(f"training_{field}") for field in links.FIELDS}
    asked = given or {field: str(value) for field, value in fields.items() if value is not None}
    try:
        choice, names = _read(asked)
    except WinnowError as error:
        st.session_state[SAID] = str(error)
        return
    session.workspace().describe(dataset, parameters=with_choice(dataset, choice), **{NAMES: names})


def _read(asked: Mapping[str, str]) -> tuple[Choice, dict[str, str]]:
    """The choice, and the names that were given. Raises WinnowError."""
    name, serve = asked.get("template", "").strip(), asked.get("serve", "").strip()
    if not name:
        raise WinnowError("No template is named; write a model's name or a path, or choose one of Winnow's own.")
    choice = choice_of(
        place_of(name),
        _tokenizer(asked.get("tokenizer", "").strip(), place_of(name)),
        asked.get("rule", DEFAULT_RULE),
        max_length=_number(asked.get("max_length", "")),
        truncation=asked.get("truncation", next(iter(WAYS))),
        serve=place_of(serve) if serve else "",
    )
    choice = replace(choice, variables=asked.get("variables", "").strip() or "{}").checked()
    choice.tried().reader()
    return choice, {"template": name, "serve": serve}


def _number(given: str) -> int:
    """A maximum length; the default where a link says something else than a number."""
    return int(given) if given.isdecimal() else DEFAULT_MAX_LENGTH


def place_of(asked: str) -> str:
    """The real path if this is one, which must be below the data folders; a name stays as it is.

    Raises DatasetError where a path is elsewhere.
    """
    for folder in (Path(), *data_folders()):
        path = folder / os.path.expanduser(asked)
        if os.path.exists(path):  # unlike Path.exists, it takes any name
            return str(below_data_folders(path))
    return asked


def _tokenizer(asked: str, template: str) -> str:
    """The tokenizer that is asked for; else that of the template's model folder, else the one that comes along."""
    return place_of(asked or tokenizer_beside(template) or DEFAULT_TOKENIZER)
