"""In which language is each prompt and each response written, and which rows are code?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.lengths.length_checks import LANGUAGE_CHECKS
from analysis.loaders.language_id import identify_languages
from analysis.signal import Signal

UNDETERMINED = "und"
READ_CHARS = 2_000  # of each text, so that a megabyte takes no longer than a page
ASKED_CHARS = 120  # of the text without markup: longer texts are slower and not more accurate
MIN_LETTERS = 20  # of an alphabet; a character of a script without spaces counts as three
LEAST_CONFIDENCE = 0.5
ANSWERS = {"words": pl.String, "best": pl.String, "confidence": pl.Float32}
CODE_SHARE = 0.6  # of the lines that are not blank
NEARLY_ONE = ({"bs", "hr", "sh", "sr"}, {"id", "ms"}, {"da", "nn", "no"}, {"wuu", "yue", "zh"}, {"ar", "arz"})
"""Languages whose short texts even people hardly distinguish: between these, no switch is reported."""

_FENCED = r"(?s)(?:```|~~~).*?(?:```|~~~|$)"
_NAMED_FENCE = r"(?m)^[ \t]*(?:```|~~~)[ \t]*[A-Za-z]"
_PLAIN_FENCE = r"(?m)^[ \t]*(?:```|~~~)[ \t]*(?:text|txt|plain|plaintext|markdown|md|none|output)[ \t]*\r?$"
_FENCE_LINE = r"(?m)^[ \t]*(?:```|~~~)[^\n]*$"
_NO_WORDS = (
    r"https?://\S+|www\.\S+|\S+@\S+|<[^<>]{1,200}>|`[^`\n]*`|\\[a-zA-Z]+|[\s\d_*#|=+{}\[\]<>~^\\/•\x00-\x1f\u{7f}-]+"
)
_LONE_SCRIPTS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_KANA = r"[\p{Hiragana}\p{Katakana}]"
_LINE = r"(?m)^[ \t]*\S"
_CODE_LINE = (
    r"(?m)^[ \t]*(?:"
    r"[^\n]*[;{}][ \t]*\r?$|[)\]}]+[;,]?[ \t]*\r?$|//[^\n]*|/\*[^\n]*|#!|#include\b[^\n]*|"
    r"@[A-Za-z_.]+(?:\([^\n]*\))?\r?$|"
    r"(?:async[ ])?def \w+\([^\n]*|class \w+[^\n]*:\r?$|from [\w.]+ import [^\n]+|"
    r"import [\w.]+(?:[ ]as[ ]\w+)?(?:,[ ]*[\w.]+)*;?\r?$|"
    r"(?:if|elif|while|for|with|except|match|case)\b[^\n]*:\r?$|(?:else|try|finally):\r?$|"
    r"(?:if|elif|while|for|else)\b[^\n]*:[ ](?:return|continue|break|pass)\b[^\n]*|['\"][\w ]+['\"]:[ ][^\n]*|"
    r"return\b[ ]?[\w\[({'\"-][^\n]*|return\r?$|(?:pass|break|continue)\r?$|"
    r"(?:let|const|var|val|auto|final|static|public|private|protected)[ ][\w<>\[\], ]+(?:[=({;]|$)[^\n]*|"
    r"(?:function|func|fn|fun|sub|proc)[ ]\w+[ ]?\([^\n]*|package [\w.]+;?\r?$|"
    r"(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (?:TABLE|VIEW|INDEX)|ALTER TABLE|FROM|WHERE|GROUP BY|ORDER BY|"
    r"(?:LEFT |RIGHT |INNER )?JOIN|VALUES)\b[^\n]*|"
    r"[\w.]+(?:\[[^\]\n]*\])*[ ]?(?:[-+*/%|&^:]|\*\*|//|<<|>>)?=[ ]?[^=\s][^\n]*|"
    r"[A-Za-z_][\w.]*\([^\n]*\)(?:\.\w+\([^\n]*\))*;?\r?$|"
    r"</?[A-Za-z][^<>\n]*>[^\n]*|<\?php[^\n]*|<!DOCTYPE[^\n]*|[$>%][ ][a-z][\w-]*[ ][^\n]*|"
    r"(?:assert|print|echo|sudo|pip|npm|git)[ ][^\n]*"
    r")"
)
_CODE_MARKS = r"[=(){};<>`@]|(?m:^[ \t]*(?:import|from|return|pass|break|[$%>] |SELECT|echo|sudo|pip|npm|git)\b)"
_OTHER_LANGUAGE_ASKED = (
    r"(?i)\b(?:translat\w*|traduc\w*|tradui\w*|traduz\w*|tradu[zç]\w*|übersetz\w*|vertaal\w*|översätt\w*|oversæt\w*|"
    r"przetłumacz\w*|přelož\w*|çevir\w*|terjemah\w*|dịch)\b|перевед|переклад|翻[译譯訳]|번역|ترجم|अनुवाद|"
    r"\b(?:English|German|French|Spanish|Italian|Portuguese|Dutch|Swedish|Danish|Norwegian|Finnish|Polish|Czech|"
    r"Slovak|Hungarian|Romanian|Bulgarian|Greek|Russian|Ukrainian|Turkish|Arabic|Hebrew|Persian|Farsi|Hindi|Urdu|"
    r"Bengali|Tamil|Chinese|Mandarin|Cantonese|Japanese|Korean|Vietnamese|Thai|Indonesian|Malay|Latin|Swahili|"
    r"anglais|englisch|inglés|inglese|inglês|deutsch|français|español|italiano|português)\b|"
    r"英[语語文]|中[文国]|日本語|法语|フランス語|английск|русск|немецк|французск|англійськ"
)


@dataclass(frozen=True)
class Language(
    Signal,
    name="language",
    version=1,
    reads=("prompt", "response", "text"),
    adds={
        "language": pl.String,
        "language_confidence": pl.Float32,
        "prompt_language": pl.String,
        "response_language": pl.String,
        "response_language_confidence": pl.Float32,
        "is_code": pl.Boolean,
        "is_language_switch": pl.Boolean,
    },
    finds=LANGUAGE_CHECKS,
):
    """Codes of ISO 639 (`en`, `zh`, `yue`) by fastText's lid.176, read from a wheel.

    `language` is that of the prompt, or of a raw text; `prompt_language` is the same under a name that few
    sources use: a column `language` of the source has precedence, so other signals read `prompt_language`.
    `und` is undetermined: fewer than 20 letters outside code, URLs and markup, only code, or a confidence below 0.5;
    null where there is no text. The confidence is the model's probability of its best language, 0 to 1, null where
    the model did not run. Only the first 2,000 characters of a text are read, and 120 characters of their words.

    `is_code`: one of these texts has a fenced block of code, or at least 0.6 of its lines look like code.
    `is_language_switch`: prompt and response are in two determined languages that are not close relatives, and the
    prompt neither names a language nor asks for a translation; null where either is missing.
    """

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        first = rows.select(prompt=pl.coalesce("prompt", "text"), response="response")
        distinct = pl.concat([first["prompt"], first["response"]]).drop_nulls().unique()
        judged = judge(distinct)
        asked = first.join(_suffixed(judged, "prompt"), on="prompt", how="left", maintain_order="left").join(
            _suffixed(judged, "response"), on="response", how="left", maintain_order="left"
        )
        of_prompt, of_response = pl.col("prompt_language"), pl.col("response_language")
        code = pl.col("response_is_code")
        related = pl.any_horizontal(of_prompt.is_in(near) & of_response.is_in(near) for near in NEARLY_ONE)
        both = (of_prompt != UNDETERMINED) & (of_response != UNDETERMINED)
        other_asked = pl.col("prompt").str.slice(0, READ_CHARS).str.contains(_OTHER_LANGUAGE_ASKED)
        differs = asked.with_columns(differs=both & (of_prompt != of_response) & ~related)
        candidates = differs.select(pl.when("differs").then("prompt").alias("prompt"))
        named = candidates.select(named=other_asked.fill_null(False))
        return differs.hstack(named).select(
            language=of_prompt,
            language_confidence="prompt_confidence",
            prompt_language=of_prompt,
            response_language=of_response,
            response_language_confidence="response_confidence",
            is_code=pl.col("prompt_is_code").fill_null(code) | code.fill_null(pl.col("prompt_is_code")),
            is_language_switch=pl.col("differs") & ~pl.col("named"),
        )


def _suffixed(judged: pl.DataFrame, role: str) -> pl.DataFrame:
    return judged.select(
        pl.col("text").alias(role),
        pl.col("language").alias(f"{role}_language"),
        pl.col("confidence").alias(f"{role}_confidence"),
        pl.col("is_code").alias(f"{role}_is_code"),
    )


def _reads_as_code(column: str) -> pl.Expr:
    """Whether at least 0.6 of the lines that are not blank look like code."""
    lines = pl.col(column).str.count_matches(_LINE)
    return (lines > 0) & (pl.col(column).str.count_matches(_CODE_LINE) >= CODE_SHARE * lines)


def judge(texts: pl.Series) -> pl.DataFrame:
    """`text`, `language`, `confidence`, `is_code` of distinct texts; all null for a blank text."""
    read = texts.rename("text").to_frame().with_columns(read=pl.col("text").str.slice(0, READ_CHARS))
    is_blank = pl.col("read").str.strip_chars().str.len_bytes() == 0
    read = read.with_columns(prose=pl.col("read"), fenced=pl.lit(False), plain=pl.lit(False))
    marked = pl.col("read").str.contains(_CODE_MARKS)
    code = read.filter(marked).with_columns(
        prose=pl.col("read").str.replace_all(_FENCED, " "),
        fenced=pl.col("read").str.count_matches(_NAMED_FENCE) > pl.col("read").str.count_matches(_PLAIN_FENCE),
        inside=pl.col("read").str.extract_all(_FENCED).list.join("\n").str.replace_all(_FENCE_LINE, ""),
    )
    code = code.with_columns(fenced=pl.col("fenced") | _reads_as_code("inside"), plain=_reads_as_code("prose"))
    judged = pl.concat([read.filter(~marked), code.drop("inside")]).with_columns(is_blank=is_blank)
    words = pl.col("prose").str.replace_all(_NO_WORDS, " ").str.strip_chars().str.slice(0, ASKED_CHARS)
    judged = judged.with_columns(words=words).with_columns(
        words=pl.when(pl.col("words").str.to_uppercase() == pl.col("words"))
        .then(pl.col("words").str.to_lowercase())
        .otherwise("words")
    )
    letters = pl.col("words").str.count_matches(r"\p{L}") + 2 * pl.col("words").str.count_matches(_LONE_SCRIPTS)
    judged = judged.with_columns(is_asked=(letters >= MIN_LETTERS) & ~pl.col("plain"))
    asked = judged.filter("is_asked")["words"].unique(maintain_order=True)
    languages, confidences = identify_languages(asked.to_list())
    answers = pl.DataFrame({"words": asked, "best": languages, "confidence": confidences}, schema_overrides=ANSWERS)
    unlikely = (pl.col("best") == "ja") & ~pl.col("words").str.contains(_KANA)  # Han alone is seldom Japanese
    sure = pl.col("is_asked") & (pl.col("confidence") >= LEAST_CONFIDENCE) & ~unlikely
    return judged.join(answers, on="words", how="left").select(
        "text",
        language=pl.when(~pl.col("is_blank")).then(pl.when(sure).then("best").otherwise(pl.lit(UNDETERMINED))),
        confidence=pl.when("is_asked").then("confidence"),
        is_code=pl.when(~pl.col("is_blank")).then(pl.col("fenced") | pl.col("plain")),
    )
