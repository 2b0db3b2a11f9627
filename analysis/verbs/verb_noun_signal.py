"""What does each text ask for? The verb of its request and the noun it acts on: "write" and "poem"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import polars as pl

from analysis.errors import SignalError
from analysis.loaders.pipelines import DEFAULT_PIPELINE, DEFAULT_PIPELINE_VERSION, parsed, pipeline
from analysis.signal import Signal
from analysis.verbs.syntax.languages import verdict
from analysis.verbs.syntax.requests import Request, requests
from analysis.verbs.syntax.sentences import candidates, focused, sentences, shortened
from analysis.verbs.syntax.tree import Lexicon
from analysis.verbs.syntax.words import COMMON_VERBS

if TYPE_CHECKING:
    from spacy.language import Language

Over = Literal["prompt", "response"]
PAIR = pl.Struct(
    {"sentence": pl.UInt32, "verb": pl.String, "noun": pl.String, "how": pl.String, "preposition": pl.String}
)
KEPT_TEXTS = 30_000  # three chunks of distinct texts; 15 MB where they have 100 characters each
KEPT_CHARS = 1_000  # of a cached text: longer ones seldom repeat, and 30,000 of these take about 45 MB
UNREAD = ("ner", "entity_linker", "entity_ruler", "textcat", "textcat_multilabel", "senter", "sentencizer")


class Asked(NamedTuple):
    """What one text asks for; `pairs` are its lines in the table `pairs`."""

    status: str
    verb: str | None = None
    noun: str | None = None
    is_question: bool | None = None
    pairs: Sequence[dict[str, object]] = ()


@dataclass(frozen=True)
class VerbNoun(
    Signal,
    name="verb_noun",
    version=4,
    reads=("prompt", "response", "text"),
    adds={
        "verb": pl.String,
        "noun": pl.String,
        "verb_noun_count": pl.UInt32,
        "is_question": pl.Boolean,
        "verb_noun_status": pl.String,
        "is_cut_for_verbs": pl.Boolean,
    },
    tables={"pairs": PAIR},
):
    """Verb and noun of what a text asks for, lemmas in lower case, as in Self-Instruct (Wang et al. 2022) and after.

    The text is the prompt, or the raw text of a row that has neither prompt nor response; with `over="response"` it is
    the response. A raw text that asks for nothing has the verbs of its first statements.

    `verb` and `noun` are the first pair's; where there is no pair, `verb` is that of the first request, if any, and
    `noun` is null. `verb_noun_count` counts the pairs, which `pairs` lists: `sentence` (of those read, from 0), `how`
    ("imperative", "request", "question", "passive", "statement") and the `preposition` before the noun, if any.
    Requests come before statements; settings ("Imagine …", "You are given …") count only where nothing else is asked;
    a request that is complete without a noun ("Explain why the sky is blue.") ends the search, since later sentences
    only add detail. `is_question`: the first request is a question; its verb is "be" where it asks what something is.

    `verb_noun_status`: "pair"; "no_pair"; "other_language", a text in another language than the pipeline's, which
    is not parsed; "empty", only white space. All columns are null where the text is null. Only the first `max_chars`
    characters of a text are read (`is_cut_for_verbs`: the text is longer), of these at most `max_sentences` sentences
    that can be the request, and `max_words` words of each. Equal sentences are parsed once per chunk; equal texts of at
    most `KEPT_CHARS` characters once per process, unless `KEPT_TEXTS` others came between.
    """

    over: Over = "prompt"
    pipeline: str = DEFAULT_PIPELINE
    pipeline_version: str = DEFAULT_PIPELINE_VERSION
    max_chars: int = 20_000
    max_sentences: int = 3
    max_words: int = 30

    def __post_init__(self) -> None:
        if self.over not in get_args(Over):
            raise SignalError(f"Verbs cannot be computed over {self.over!r}; known: {', '.join(get_args(Over))}.")
        if min(self.max_chars, self.max_sentences, self.max_words) < 1:
            raise SignalError("max_chars, max_sentences and max_words of verb_noun are whole numbers from 1 up.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        read = self._text(rows)
        texts = read.str.head(self.max_chars).alias("text")
        distinct = texts.drop_nulls().unique(maintain_order=True)
        asked = self._recall(distinct.to_list()) if len(distinct) else []
        answers = pl.DataFrame(
            {
                "text": distinct,
                "verb": [a.verb for a in asked],
                "noun": [a.noun for a in asked],
                "verb_noun_count": [len(a.pairs) for a in asked],
                "is_question": [a.is_question for a in asked],
                "verb_noun_status": [a.status for a in asked],
                "pairs": _lists([a.pairs for a in asked]),
            },
            schema_overrides=self.adds,
        )
        is_cut = (read.str.len_chars() > self.max_chars).alias("is_cut_for_verbs")
        return (
            texts.to_frame()
            .join(answers, on="text", how="left", maintain_order="left")
            .with_columns(is_cut)
            .select(*self.adds, "pairs")
        )

    def _text(self, rows: pl.DataFrame) -> pl.Series:
        """The text of each row that is read."""
        if self.over == "response":
            return rows["response"]
        raw = pl.when(pl.col("prompt").is_null() & pl.col("response").is_null()).then("text")
        return rows.select(pl.coalesce("prompt", raw)).to_series()

    def _recall(self, texts: list[str]) -> list[Asked]:
        """What each text asks for; from the cache where this process has parsed it lately."""
        kept = kept_answers(self)
        new = [text for text in texts if text not in kept]
        read = dict(zip(new, self._read(new), strict=True)) if new else {}
        answers = [read[text] if text in read else kept[text] for text in texts]
        for text, answer in zip(texts, answers, strict=True):
            if len(text) <= KEPT_CHARS:
                kept.pop(text, None)  # the text used last stays longest
                kept[text] = answer
        while len(kept) > KEPT_TEXTS:
            del kept[next(iter(kept))]
        return answers

    def _read(self, texts: list[str]) -> list[Asked]:
        """What each text asks for."""
        model = pipeline(self.pipeline, self.pipeline_version, UNREAD)
        if not model.has_pipe("parser"):
            raise SignalError(f"{self.pipeline} has no parser, which verbs and nouns need; choose another pipeline.")
        lexicon = _lexicon(self.pipeline, self.pipeline_version)
        chosen = [self._sentences(text, str(model.lang), lexicon.verbs) for text in texts]
        wanted = list(dict.fromkeys(sentence for parts in chosen for sentence in parts or ()))
        answers = {
            sentence: requests(doc, lexicon) for sentence, doc in zip(wanted, parsed(model, wanted), strict=True)
        }
        return [_asked_in(text, parts, answers) for text, parts in zip(texts, chosen, strict=True)]

    def _sentences(self, text: str, language: str, verbs: Collection[str]) -> list[str] | None:
        """The sentences of a text to parse; None where it is in another language."""
        prose = sentences(text)
        asking = [focused(s, verbs, self.max_words) for s in candidates(prose, self.max_sentences, verbs)]
        chosen = [shortened(sentence, self.max_words) for sentence in asking]
        verdicts = [verdict(sentence, language) for sentence in chosen]
        if False not in verdicts:
            return chosen
        is_own = True in verdicts
        kept = [
            sentence
            for sentence, is_in in zip(chosen, verdicts, strict=True)
            if is_in or (is_in is None and (is_own or sentence.partition(" ")[0].strip(":.,").lower() in verbs))
        ]
        return kept or None


def _lists(pairs: Sequence[Sequence[Mapping[str, object]]]) -> pl.Series:
    """The pairs of each text as a list, built by columns, which is many times faster than by records."""
    flat = [(number, pair) for number, of_text in enumerate(pairs) for pair in of_text]
    names = [field.name for field in PAIR.fields]
    columns = {name: [pair[name] for _, pair in flat] for name in names}
    entries = pl.DataFrame({"at": [number for number, _ in flat], **columns}, schema={"at": pl.UInt32, **dict(PAIR)})
    lists = entries.group_by("at", maintain_order=True).agg(pairs=pl.struct(names))
    every = pl.DataFrame({"at": pl.int_range(len(pairs), dtype=pl.UInt32, eager=True)})
    pair_lists = every.join(lists, on="at", how="left", maintain_order="left")["pairs"]
    return pair_lists.fill_null([]).cast(pl.List(PAIR))


def _asked_in(text: str, parts: list[str] | None, answers: Mapping[str, list[Request]]) -> Asked:
    """What a text asks for, from the requests of its parsed sentences; `parts` is None for another language."""
    if parts is None:
        return Asked("other_language")
    if not parts:
        return Asked("no_pair" if text.strip() else "empty")
    return _asked([answers[part] for part in parts])


def _asked(requests_by_sentence: list[list[Request]]) -> Asked:
    """What a text asks for, from the requests of its sentences."""
    numbered = [(number, request) for number, sentence in enumerate(requests_by_sentence) for request in sentence]
    real = [(number, request) for number, request in numbered if request.how != "statement" and not request.is_setting]
    read = list(_until_complete(real or numbered))
    if not any(request.noun or request.is_complete for _, request in read):
        read = numbered
    pairs: list[dict[str, object]] = [
        {"sentence": number, "verb": r.verb, "noun": r.noun, "how": r.how, "preposition": r.preposition}
        for number, r in read
        if r.noun
    ]
    first = next((r for _, r in read if r.noun), None) or next((r for _, r in real or numbered), None)
    if first is None:
        return Asked("no_pair")
    return Asked("pair" if pairs else "no_pair", first.verb, first.noun, first.how == "question", pairs)


def _until_complete(numbered: Iterable[tuple[int, Request]]) -> Iterable[tuple[int, Request]]:
    """The requests up to the first one that is complete without a noun and has no pair before it."""
    has_pair = False
    for number, request in numbered:
        yield number, request
        has_pair = has_pair or request.noun is not None
        if request.is_complete and not has_pair:
            return


@lru_cache(maxsize=2)
def kept_answers(signal: VerbNoun) -> dict[str, Asked]:
    """The answers of a signal in this process, latest last; kept outside it, so that no key or pickle has them."""
    return {}


@lru_cache(maxsize=4)
def _lexicon(name: str, version: str) -> Lexicon:
    """The words in the tables of the pipeline's lemmatizer; empty where it has none."""
    model: Language = pipeline(name, version, UNREAD)
    for _, component in model.pipeline:
        tables = getattr(component, "lookups", None)
        if tables is not None and tables.has_table("lemma_index"):
            index = tables.get_table("lemma_index")
            verbs, nouns, adjectives = (frozenset(index.get(kind, ())) for kind in ("verb", "noun", "adj"))
            return Lexicon(verbs - (model.Defaults.stop_words - COMMON_VERBS), nouns, adjectives, verbs)
    return Lexicon()
