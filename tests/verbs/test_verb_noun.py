"""Does Winnow see what is asked for? Known answers per form, instructions labelled by hand, bad input, other pipelines."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import spacy
from spacy.tokens import Doc, Token

from analysis.errors import ModelError, SignalError
from analysis.loaders import pipelines
from analysis.loaders.pipelines import (
    DEFAULT_PIPELINE,
    DEFAULT_PIPELINE_VERSION,
    SHIPPED,
    parsed,
    pipeline,
    pipeline_version,
)
from analysis.signal import ROW_ID
from analysis.verbs import verb_noun_signal
from analysis.verbs.syntax.languages import verdict
from analysis.verbs.syntax.requests import requests
from analysis.verbs.syntax.sentences import candidates, sentences
from analysis.verbs.syntax.tree import Lexicon
from analysis.verbs.verb_noun_signal import VerbNoun

ROOT = Path(__file__).resolve().parents[2]
GOLD = [
    json.loads(line)
    for line in (ROOT / "tests" / "support" / "verb_noun_gold.jsonl").read_text(encoding="utf-8").splitlines()
]
RIGHT_PAIR, RIGHT_VERB = 0.94, 0.96  # least shares on the instructions labelled by hand


def asked(*texts: str | None, **parameters: Any) -> list[dict[str, Any]]:
    """What the signal finds in each text."""
    signal = VerbNoun(**parameters)
    rows = pl.DataFrame(
        {ROW_ID: [f"{n:016x}" for n in range(len(texts))], signal.over: texts},
        schema_overrides={signal.over: pl.String},
    )
    others = [pl.lit(None, pl.String).alias(name) for name in signal.reads if name != signal.over]
    return signal(rows.with_columns(others)).drop(ROW_ID).to_dicts()


def pairs(text: str, **parameters: Any) -> list[tuple[str, str]]:
    return [(pair["verb"], pair["noun"]) for pair in asked(text, **parameters)[0]["pairs"]]


def common_pair(doc: Doc) -> tuple[str | None, str | None]:
    """The routine in general use: from a root that is no verb down the first children; objects that are common nouns."""
    token: Token | None = next(doc.sents).root
    while token is not None:
        if token.pos_ == "VERB":
            noun = next((c for c in token.children if c.dep_ in ("obj", "dobj") and c.pos_ == "NOUN"), None)
            return token.lemma_.lower(), noun.lemma_.lower() if noun is not None else None
        token = next(token.children, None)
    return None, None


def shares(
    found: Sequence[tuple[str | None, str | None]], is_same: Any = lambda seen, known: seen == known
) -> tuple[float, float]:
    """The shares of the labelled instructions with the right verb, and with the right verb and noun."""
    verbs = [any(is_same(verb, known) for known in row["verb"]) for row, (verb, _) in zip(GOLD, found, strict=True)]
    both = [right and noun in row["noun"] for right, row, (_, noun) in zip(verbs, GOLD, found, strict=True)]
    return sum(verbs) / len(GOLD), sum(both) / len(GOLD)


def right_of_set(number: int) -> tuple[float, float]:
    """The shares of one set with the right pair, and with the right verb."""
    rows = [row for row in GOLD if row["set"] == number]
    found = asked(*(row["text"] for row in rows))
    verbs = [answer["verb"] in row["verb"] for answer, row in zip(found, rows, strict=True)]
    both = [right and answer["noun"] in row["noun"] for right, answer, row in zip(verbs, found, rows, strict=True)]
    return sum(both) / len(rows), sum(verbs) / len(rows)


# The instructions labelled by hand


def test_the_gold_is_large_varied_and_partly_hard() -> None:
    assert len({row["text"] for row in GOLD}) == len(GOLD) >= 300
    assert sum(row["hard"] for row in GOLD) >= 60
    assert len({row["verb"][0] for row in GOLD}) >= 150
    assert {row["form"] for row in GOLD} >= {
        "imperative",
        "please",
        "can_you",
        "want",
        "task",
        "help",
        "conj_verbs",
        "conj_objects",
        "question_be",
        "question",
        "passive",
        "proper",
        "gerund",
        "preposition",
        "phrasal",
        "clause",
        "setup",
        "fragment",
    }


def test_first_pairs_and_verbs_are_right_and_beat_the_common_routine(record_property: Any) -> None:
    verb, pair = shares([(found["verb"], found["noun"]) for found in asked(*(row["text"] for row in GOLD))])
    docs = parsed(pipeline(exclude=("ner",)), [row["text"] for row in GOLD])
    stem = lambda seen, known: (seen or "") == (known or "").split(" ")[0]  # noqa: E731  "look" passes for "look up"
    common_verb, common = shares([common_pair(doc) for doc in docs], stem)
    for name, share in (("verb", verb), ("pair", pair), ("common_verb", common_verb), ("common_pair", common)):
        record_property(name, round(share, 4))
    assert pair >= RIGHT_PAIR
    assert verb >= RIGHT_VERB
    for number in {row["set"] for row in GOLD}:
        both, right = right_of_set(number)
        assert both >= RIGHT_PAIR and right >= RIGHT_VERB, f"set {number}: pair {both:.3f}, verb {right:.3f}"
    assert common < pair - 0.2 and common_verb < verb - 0.1


# Each form


@pytest.mark.parametrize(
    ("text", "verb", "noun", "how", "preposition"),
    [
        ("Write a poem about rain.", "write", "poem", "imperative", None),
        ("Please write two poems.", "write", "poem", "imperative", None),
        ("Can you write a poem?", "write", "poem", "request", None),
        ("I want you to write a poem.", "write", "poem", "request", None),
        ("Your task is to write a story.", "write", "story", "request", None),
        ("The task is to write a story.", "write", "story", "request", None),
        ("Help me write a poem.", "write", "poem", "request", None),
        ("What is the capital of France?", "be", "capital", "question", None),
        ("How can I improve my handwriting?", "improve", "handwriting", "question", None),
        ("The paragraph should be translated.", "translate", "paragraph", "passive", None),
        ("How is paper made?", "make", "paper", "question", None),
        ("Summarize Hamlet.", "summarize", "hamlet", "imperative", None),
        ("Describe the Eiffel Tower.", "describe", "eiffel tower", "imperative", None),
        ("Describe swimming.", "describe", "swimming", "imperative", None),
        ("Listen to the song.", "listen", "song", "imperative", "to"),
        ("Look up the word.", "look up", "word", "imperative", None),
        ("Come up with a list of names.", "come up", "list", "imperative", "with"),
        ("Name two of the planets.", "name", "planet", "imperative", None),
        ("My brother bought a new bicycle.", "buy", "bicycle", "statement", None),
    ],
)
def test_each_form(text: str, verb: str, noun: str, how: str, preposition: str | None) -> None:
    found = asked(text)[0]
    assert (found["verb"], found["noun"], found["verb_noun_count"], found["verb_noun_status"]) == (
        verb,
        noun,
        1,
        "pair",
    )
    assert found["pairs"] == [{"sentence": 0, "verb": verb, "noun": noun, "how": how, "preposition": preposition}]
    assert found["is_question"] is (how == "question")


def test_conjoined_verbs_and_objects() -> None:
    assert pairs("Compare and contrast two poems.") == [("compare", "poem"), ("contrast", "poem")]
    assert pairs("Listen to the song and name the singer.") == [("listen", "song"), ("name", "singer")]
    assert pairs("List the advantages and disadvantages of solar panels.") == [
        ("list", "advantage"),
        ("list", "disadvantage"),
    ]


def test_every_sentence_that_asks_is_read_up_to_the_limit() -> None:
    text = "Write a poem. It rained all day in the old town. List the rhymes. Name the metre. Draw a tree."
    read = asked(text)[0]["pairs"]
    assert [(pair["sentence"], pair["verb"], pair["noun"]) for pair in read] == [
        (0, "write", "poem"),
        (1, "list", "rhyme"),
        (2, "draw", "tree"),
    ]
    assert pairs(text, max_sentences=1) == [("write", "poem")]
    assert pairs("Write a very short poem about rain.", max_words=2) == []


def test_a_setting_and_a_statement_give_way_to_a_request() -> None:
    assert pairs("You are given a list of words. Sort the words.") == [("sort", "word")]
    assert pairs("Imagine a town. Describe its houses.") == [("describe", "house")]
    assert pairs("Imagine a town.") == [("imagine", "town")]
    assert pairs("My train was late. Draft a complaint.") == [("draft", "complaint")]


def test_a_request_that_is_complete_without_a_noun_ends_the_search() -> None:
    found = asked("Explain why the sky is blue. Use simple words.")[0]
    assert (found["verb"], found["noun"], found["verb_noun_count"], found["verb_noun_status"]) == (
        "explain",
        None,
        0,
        "no_pair",
    )


def test_over_the_response() -> None:
    assert asked("My brother bought a new bicycle.", over="response")[0]["noun"] == "bicycle"
    assert asked("My brother bought a new bicycle.", over="response")[0]["verb_noun_status"] == "pair"


@pytest.mark.parametrize(
    ("prompt", "response", "text", "noun"),
    [
        (None, None, "My brother bought a new bicycle.", "bicycle"),
        ("Write a poem.", None, "My brother bought a new bicycle.", "poem"),
        (None, "Here it is.", "My brother bought a new bicycle.", None),
        (None, None, None, None),
    ],
)
def test_the_raw_text_is_read_where_there_is_neither_prompt_nor_response(
    prompt: str | None, response: str | None, text: str | None, noun: str | None
) -> None:
    row = {"prompt": [prompt], "response": [response], "text": [text]}
    columns = VerbNoun().compute(pl.DataFrame(row, schema=dict.fromkeys(row, pl.String)))
    assert columns["noun"].to_list() == [noun]
    assert columns["verb_noun_status"].to_list() == [None if noun is None else "pair"]


@pytest.mark.parametrize(
    ("text", "verb", "noun"),
    [
        ("However, the exact capabilities of these satellites are classified.", "classify", "capability"),
        ("However the food was great.", None, None),
        ("Usually the food was great.", None, None),
        ("He was usually hostile to me.", None, None),
        ("Hostile people are bad.", None, None),
        ("Overall, these differences are the result of adaptations.", None, None),
        ("Fourthly, another difference is their respiratory system.", None, None),
        ("Today, the automobile industry is still a major force.", None, None),
        ("In the wake of the storm", None, None),
        ("For the future of our planet", None, None),
        ("Because the answer is long", None, None),
        ("At his cafe, Milton sells apple pie and peach pie slices.", None, None),
        ("league two side rochdale have signed midfielder david spotland.", None, None),
        ("Police are investigating a spate of attacks in Newry, County Down.", "investigate", "spate"),
        ("He issued the same number for littering.", "issue", "number"),
        ("A nail salon was completely booked at 2 pm.", "book", "salon"),
        ("Foster clear communication: it is key to any successful team.", "foster", "communication"),
        ("Manage stress: Take time to relax and unwind.", "manage", "stress"),
    ],
)
def test_a_verb_is_a_verb_outside_instructions_too(text: str, verb: str | None, noun: str | None) -> None:
    found = asked(text)[0]
    assert (found["verb"], found["noun"]) == (verb, noun)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write a short,", [("write", "short")]),
        ("Name a large,", [("name", "large")]),
        ("Describe the old, ", [("describe", "old")]),
        ("Draw two small,", [("draw", "small")]),
        ("?! Write a poem.", [("write", "poem")]),
        ("Are the?!", []),
        ("Which", []),
        ("How many", []),
        ("What is", []),
        ("Write a", []),
        ("What are the", []),
    ],
)
def test_a_text_may_end_anywhere(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


# Bad input


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (None, None),
        ("", "empty"),
        (" \n\t ", "empty"),
        ("?!... ---", "no_pair"),
        ("\x00\x01\x07", "no_pair"),
        ("2 + 2 = ?", "no_pair"),
        ("def f(x):\n    return x + 1\nprint(f(2))", "no_pair"),
        ("```\nwrite a poem\n```", "no_pair"),
        ("SELECT name FROM people WHERE age > 3;", "no_pair"),
        ("اكتب قصيدة عن البحر", "other_language"),
        ("כתוב שיר על הים", "other_language"),
        ("写一首关于春天的诗", "other_language"),
        ("Напиши стихотворение о море", "other_language"),
        ("Escribe un poema sobre el mar y las montañas", "other_language"),
        ("Schreibe ein Gedicht über den Herbst.", "other_language"),
        ("Écris une lettre à mon propriétaire.", "other_language"),
        ("x" * 100_000, "no_pair"),
        ("<a" * 100_000, "no_pair"),
        ('"' * 100_000, "no_pair"),
    ],
)
def test_what_asks_for_nothing_that_can_be_read(text: str | None, status: str | None) -> None:
    found = asked(text)[0]
    assert (found["verb"], found["noun"], found["verb_noun_status"]) == (None, None, status)
    assert (found["verb_noun_count"], found["is_question"]) == (None if text is None else 0, None)


@pytest.mark.parametrize(
    "text",
    [
        "Write\x00 a\u200b po\u00adem\x07".replace("\u00ad", ""),
        "### Instruction:\nWrite a poem about rain.\n\n### Response:",
        "<|im_start|>user\n**Write** a poem.<|im_end|>",
        "1. Write a poem",
        "Task: write a poem",
        "<p>Write a poem</p>",
        "```python\nprint(1)\n```\nWrite a poem.",
    ],
)
def test_markup_labels_and_unprinted_characters_hide_no_request(text: str) -> None:
    assert pairs(text) == [("write", "poem")]


def test_a_quotation_is_worked_upon_and_not_asked_for() -> None:
    assert pairs('Translate the sentence "Write me a long letter about your town!" into French.') == [
        ("translate", "sentence")
    ]


def test_a_long_text_is_cut_and_says_so() -> None:
    long = "Summarize the report. " + "word " * 200_000
    found = asked(long, "Summarize the report.")
    assert [row["is_cut_for_verbs"] for row in found] == [True, False]
    assert [row["noun"] for row in found] == ["report", "report"]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sentences that are parsed, by a process that remembers no text yet."""
    sentences_seen: list[str] = []

    def watched(model: Any, texts: Any) -> Any:
        sentences_seen.extend(texts)
        return parsed(model, texts)

    monkeypatch.setattr("analysis.verbs.verb_noun_signal.parsed", watched)
    verb_noun_signal.kept_answers.cache_clear()
    return sentences_seen


def test_equal_texts_and_equal_sentences_are_parsed_once(seen: list[str]) -> None:
    texts = ["Write a poem."] * 1000 + ["Write a poem.\n```\n1\n```"] + ["Name a planet. Write a poem."]
    assert [len(row["pairs"]) for row in asked(*texts)] == [1] * 1001 + [2]
    assert sorted(seen) == ["Name a planet.", "Write a poem."]


def test_texts_of_earlier_chunks_are_not_parsed_again(seen: list[str]) -> None:
    long = "Draw a tree. " + "x" * verb_noun_signal.KEPT_CHARS
    first, again = (
        asked("Write a poem.", "Name a planet.", long, None),
        asked(None, long, "Name a planet.", "Write a poem."),
    )
    assert again == first[::-1]
    assert [seen.count(text) for text in ("Write a poem.", "Name a planet.", "Draw a tree.")] == [1, 1, 2]
    asked("Write a poem.", max_words=5)  # other parameters may see another answer
    assert seen.count("Write a poem.") == 2


def test_the_texts_kept_are_few_and_the_latest(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb_noun_signal, "KEPT_TEXTS", 3)
    for text in (
        "Write a poem.",
        "Name a planet.",
        "Draw a tree.",
        "Write a poem.",
        "Buy a hat.",
        "Write a poem.",
        "Name a planet.",
    ):
        assert asked(text)[0]["verb_noun_count"] == 1
    assert len(verb_noun_signal.kept_answers(VerbNoun())) == 3
    assert (seen.count("Write a poem."), seen.count("Name a planet.")) == (1, 2)


def test_what_is_kept_is_no_part_of_the_signal(seen: list[str]) -> None:
    signal = VerbNoun()
    fresh, key = pickle.dumps(signal), signal.key
    rows = pl.DataFrame(
        {"prompt": ["Write a poem."], "response": [None], "text": [None]},
        schema_overrides={"response": pl.String, "text": pl.String},
    )
    found = signal.compute(rows)
    travelled = pickle.loads(pickle.dumps(signal))
    assert (travelled == signal == pickle.loads(fresh), travelled.key) == (True, key)
    assert b"poem" not in pickle.dumps(signal)
    assert travelled.compute(rows).equals(found)
    assert seen == ["Write a poem."]


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(SignalError, match=r"^Verbs cannot be computed over 'answer'; known: prompt, response\.$"):
        VerbNoun(over="answer")  # type: ignore[arg-type]
    with pytest.raises(SignalError, match="whole numbers from 1 up"):
        VerbNoun(max_words=0)


# Sentences and languages


def test_sentences_of_a_text() -> None:
    text = "Dr. Who asks, e.g. this. Is it so? Yes: see below.\n- First point\n\n| 1 | 2 |"
    assert sentences(text) == ["Dr. Who asks, e.g. this.", "Is it so?", "Yes:", "see below.", "First point"]


def test_candidates_are_the_first_those_that_ask_and_always_the_last_of_these() -> None:
    verbs = {"write", "name", "list", "draw"}
    text = ["It rains.", "He writes.", "Write it.", "Now name it.", "In short, list it.", "Draw it.", "The end."]
    assert candidates(text, 3, verbs) == ["It rains.", "Write it.", "Draw it."]
    assert candidates(text, 9, verbs) == ["It rains.", "Write it.", "Now name it.", "In short, list it.", "Draw it."]
    assert candidates(text, 1, verbs) == ["It rains."]
    assert candidates(text, 2, ()) == ["It rains.", "He writes."]


@pytest.mark.parametrize(
    ("sentence", "language", "known"),
    [
        ("Write a poem about the sea", "en", True),
        ("Summarize Hamlet", "en", None),
        ("Describe Los Angeles", "en", None),
        ("Fasse den folgenden Text zusammen", "en", False),
        ("Fasse den folgenden Text zusammen", "de", True),
        ("Résume le texte suivant en une phrase", "en", False),
        ("Write a poem about the sea", "de", False),
        ("Напиши стихотворение", "ru", None),
        ("Write a poem about the sea", "ru", False),
        ("Write a poem", "xx", None),
    ],
)
def test_the_language_of_a_sentence(sentence: str, language: str, known: bool | None) -> None:
    assert verdict(sentence, language) is known


# Pipelines


def test_the_shipped_pipeline_is_the_default_and_pinned_by_its_version() -> None:
    assert json.loads((SHIPPED / DEFAULT_PIPELINE / "meta.json").read_text())["version"] == DEFAULT_PIPELINE_VERSION
    assert pipeline_version(DEFAULT_PIPELINE) == DEFAULT_PIPELINE_VERSION
    assert pipeline().pipe_names == ["tok2vec", "tagger", "morphologizer", "parser", "lemmatizer", "ner"]
    assert pipeline() is pipeline()
    with pytest.raises(ModelError, match=r"is now version 0\.1\.0, no longer 9; choose it again\.$"):
        pipeline(DEFAULT_PIPELINE, "9")


def test_products_by_numpy_change_no_annotation() -> None:
    plain = spacy.load(SHIPPED / DEFAULT_PIPELINE)
    texts = [row["text"] for row in GOLD[::5]]

    def annotated(docs: Any) -> list[list[tuple[Any, ...]]]:
        return [[(t.text, t.pos_, t.tag_, t.dep_, t.head.i, t.lemma_, t.ent_type_) for t in doc] for doc in docs]

    assert annotated(plain.pipe(texts)) == annotated(parsed(pipeline(), texts))


def test_a_local_pipeline_is_taken_by_its_folder(tmp_path: Path) -> None:
    copied = shutil.copytree(SHIPPED / DEFAULT_PIPELINE, tmp_path / "mine")
    version = pipeline_version(str(copied))
    assert version.startswith(f"{DEFAULT_PIPELINE_VERSION}+")
    assert pairs("Write a poem.", pipeline=str(copied), pipeline_version=version) == [("write", "poem")]


def test_a_pipeline_without_a_parser_is_refused(tmp_path: Path) -> None:
    spacy.blank("de").to_disk(tmp_path / "blank")
    with pytest.raises(SignalError, match=r"blank has no parser, which verbs and nouns need; choose another pipeline"):
        asked("Schreibe ein Gedicht.", pipeline=str(tmp_path / "blank"), pipeline_version="")


def test_a_pipeline_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^No language pipeline 'en_nowhere' here: known are en_winnow_sm"):
        pipeline("en_nowhere")
    with pytest.raises(ModelError, match=r"its meta\.json cannot be read"):
        pipeline_version(str(tmp_path))
    (tmp_path / "meta.json").write_text('{"version": "1", "lang": "en"}')
    with pytest.raises(ModelError, match="cannot be loaded as a spaCy pipeline"):
        pipelines.pipeline(str(tmp_path))


def doc_of(text: str, heads: list[int], deps: list[str], pos: list[str], tags: list[str], lemmas: list[str]) -> Doc:
    words = text.split()
    return Doc(spacy.blank("en").vocab, words=words, heads=heads, deps=deps, pos=pos, tags=tags, lemmas=lemmas)


def test_clearnlp_labels_are_understood() -> None:
    helped = doc_of(
        "Help me write a poem about rain",
        [0, 2, 0, 4, 2, 4, 5],
        ["ROOT", "nsubj", "ccomp", "det", "dobj", "prep", "pobj"],
        ["VERB", "PRON", "VERB", "DET", "NOUN", "ADP", "NOUN"],
        ["VB", "PRP", "VB", "DT", "NN", "IN", "NN"],
        ["help", "I", "write", "a", "poem", "about", "rain"],
    )
    listened = doc_of(
        "Listen to the song",
        [0, 0, 3, 1],
        ["ROOT", "prep", "det", "pobj"],
        ["VERB", "ADP", "DET", "NOUN"],
        ["VB", "IN", "DT", "NN"],
        ["listen", "to", "the", "song"],
    )
    capital = doc_of(
        "What is the capital of France ?",
        [1, 1, 3, 1, 3, 4, 1],
        ["attr", "ROOT", "det", "nsubj", "prep", "pobj", "punct"],
        ["PRON", "AUX", "DET", "NOUN", "ADP", "PROPN", "PUNCT"],
        ["WP", "VBZ", "DT", "NN", "IN", "NNP", "."],
        ["what", "be", "the", "capital", "of", "France", "?"],
    )
    translated = doc_of(
        "The text should be translated",
        [1, 4, 4, 4, 4],
        ["det", "nsubjpass", "aux", "auxpass", "ROOT"],
        ["DET", "NOUN", "AUX", "AUX", "VERB"],
        ["DT", "NN", "MD", "VB", "VBN"],
        ["the", "text", "should", "be", "translate"],
    )
    found = [requests(doc, Lexicon())[0] for doc in (helped, listened, capital, translated)]
    assert [(r.verb, r.noun, r.how, r.preposition) for r in found] == [
        ("write", "poem", "request", None),
        ("listen", "song", "imperative", "to"),
        ("be", "capital", "question", None),
        ("translate", "text", "passive", None),
    ]
