"""What HTML and Markdown does a text have? Tags, entities, headings, emphasis, lists, links, tables, quotes, fences."""

from __future__ import annotations

import html
from html.entities import name2codepoint

import polars as pl

from analysis.noise.kind import FENCE, Kind

_TAGS = (
    "a|abbr|address|article|aside|audio|b|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|dd|del|"
    "details|dialog|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|meta|nav|noscript|object|ol|optgroup|option|p|"
    "param|picture|pre|q|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|"
    "tbody|td|template|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
_ATTRIBUTES = (
    r"""(?:\s+(?:[\w:@.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s<>"']+)|"""
    r"""(?:async|autoplay|checked|controls|defer|disabled|hidden|multiple|open|readonly|required|selected)))*"""
)
HTML_TAG = rf"(?i)</?(?:{_TAGS}){_ATTRIBUTES}\s*/?>|<!--[^<>]*-->|<!doctype[^<>]*>"
_LINE_BREAKS = r"(?i:(?:<(?:br|hr)\s*/?>|</(?:p|div|li|tr|h[1-6]|ul|ol|dl|table|section|article|blockquote)\s*>)\s*)+"
_ENTITY = rf"&(?:amp;)*(?:{'|'.join(sorted(name2codepoint))}|#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}});"

_TABLE_ROW = r"(?m)^[ \t]*\|[^\n]*\|[ \t]*\r?$"
_TABLE_RULE = r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?[ \t]*)?\r?$"
_OPENS = r"""(^|[\s(\["'“‘«—–:>*_-])"""


def _unescape(texts: pl.Series) -> pl.Series:
    return pl.Series(texts.name, [_until_still(text) for text in texts], dtype=pl.String)


def _until_still(text: str) -> str:
    while (plain := html.unescape(text)) != text:
        text = plain
    return text


def _without_tables(texts: pl.Series) -> pl.Series:
    return pl.Series(texts.name, ["\n".join(_without_table(text)) for text in texts], dtype=pl.String)


def _without_table(text: str) -> list[str]:
    """The lines, with cells of a table's rows joined by commas; rules and empty rows are removed."""
    lines = []
    for line in text.split("\n"):
        row = line.strip()
        if set(row) <= set("|:- \t") and "|" in row:
            continue
        if len(row) > 1 and row.startswith("|") and row.endswith("|"):
            row = ", ".join(cell.strip() for cell in row.strip("|").split("|") if cell.strip())
            lines.append(row)
        else:
            lines.append(line)
    return lines


_TARGET = r"(?:[^()\s]|\([^()\s]*\))*"
_RULE_LINE = r"[ \t]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})"
_RULE = rf"(?m)^{_RULE_LINE}\r?$"
_FENCE_LINE = rf"(?m){FENCE}[ \t]*[\w+#./-]*[ \t]*\r?$"
_ITEM = r"(?m)^[ \t]*(?:[-*+•‣◦]|[0-9]{1,3}[.)])[ \t]+(\S)"
# A table's first line without a word, and the rule below it; a picture or a link without words; a list mark that
# follows a list mark; a rule after a rule; a rule with nothing after it.
_EMPTY_HEAD = (
    r"(?m:^)[ \t]*\|(?:[ \t]*\|)+[ \t]*\r?\n"
    r"[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*(?:\r?\n|\z)"
)
_WORDLESS = r"!?\[[ \t]*\]\([^()\n]*\)"
_MARK_AFTER_MARK = (
    r"(?m:^)([ \t]*)"
    r"(?:-[ \t]+(-[ \t]+[^\s-])|\*[ \t]+(\*[ \t]+[^\s*])|\+[ \t]+(\+[ \t]+[^\s+]))"
)
_RULE_AFTER_RULE = rf"(?m:^)({_RULE_LINE}\r?\n)(?:[ \t]*\r?\n)*{_RULE_LINE}(\r?\n|\z)"
_LAST_RULE = rf"\n{_RULE_LINE}\s*\z"
_EMPTY_MARKDOWN = "|".join((_EMPTY_HEAD, _WORDLESS, _MARK_AFTER_MARK, _RULE_AFTER_RULE, _LAST_RULE))
_EMPHASIS = "|".join(
    (
        r"\*{2,}([^\s*](?:[^*\n]*[^\s*])?)\*{2,}",
        r"~~([^\s~](?:[^~\n]*[^\s~])?)~~",
        r"__([^\s_][^_\n]*[ \t][^_\n]*[^\s_])__",
        rf"(?m:{_OPENS})(?:\*([^\s*]|[^\s*][^*\n]*[^\s*])\*|_([^\s_]|[^\s_][^_\n]*[^\s_])_\b)",
    )
)

HTML = (
    Kind(
        "html_tags",
        "HTML tags",
        HTML_TAG,
        hint="<",
        form=True,
        protects="code",
        steps=((rf"{_LINE_BREAKS}\z", ""), (_LINE_BREAKS, "\n"), (HTML_TAG, "")),
    ),
    Kind("html_entities", "HTML entities", _ENTITY, hint="&", form=True, protects="code", clean=_unescape),
)
MARKDOWN = (
    Kind(
        "empty_markdown",
        "Markdown that says nothing",
        _EMPTY_MARKDOWN,
        hint=r"\|[ \t]*\||\[[ \t]*\]\(|(?m:^)[ \t]*(?:-[ \t]+-|\*[ \t]+\*|\+[ \t]+\+)|---|\*\*\*|___|_ _",
        form=True,
        protects="code",
        steps=(
            (_EMPTY_HEAD, ""),
            (_WORDLESS, ""),
            (_MARK_AFTER_MARK, "${1}${2}${3}${4}"),
            (_RULE_AFTER_RULE, "${1}"),
            (_LAST_RULE, ""),
        ),
    ),
    Kind(
        "markdown_fences",
        "Markdown code fences",
        _FENCE_LINE,
        hint="```|~~~",
        form=True,
        steps=((rf"{_FENCE_LINE}\n?", ""),),
    ),
    Kind(
        "markdown_code",
        "Markdown code between backticks",
        r"`([^`\n]+)`",
        "${1}",
        hint="`",
        form=True,
        protects="fences",
    ),
    Kind(
        "markdown_tables",
        "Markdown table rows",
        f"{_TABLE_ROW}|{_TABLE_RULE}",
        hint=r"\|",
        form=True,
        protects="code",
        clean=_without_tables,
    ),
    Kind(
        "markdown_headings",
        "Markdown headings",
        r"(?m)^[ \t]{0,3}#{1,6}[ \t]+(\S)",
        "${1}",
        hint="#",
        form=True,
        protects="code",
    ),
    Kind(
        "markdown_rules",
        "Markdown rules",
        _RULE,
        hint=r"---|\*\*\*|___|- -|\* \*|_ _",
        form=True,
        protects="code",
        steps=((rf"{_RULE}\n?", ""),),
    ),
    Kind("markdown_lists", "Markdown list items", _ITEM, "${1}", hint=_ITEM, form=True, protects="code"),
    Kind(
        "markdown_quotes",
        "Markdown quotes",
        r"(?m)^[ \t]{0,3}>(?:[ \t]?>)?[ \t]+(\S)",
        "${1}",
        hint=r"(?m)^[ \t]*>",
        form=True,
        protects="code",
    ),
    Kind(
        "markdown_links",
        "Markdown links and footnotes",
        rf"""!?\[([^\[\]\n]*)\]\((?:{_TARGET}[/.#:?]{_TARGET})?(?:[ \t]+"[^"\n]*")?\)"""
        r"|\[\^(?:[0-9]{1,3}|[A-Za-z]{2,20})\]:?",
        "${1}",
        hint=r"\]\(|\[\^",
        form=True,
        protects="code",
    ),
    Kind(
        "markdown_emphasis",
        "Markdown emphasis",
        _EMPHASIS,
        "${1}${2}${3}${4}${5}${6}",
        hint=r"\*|_|~~",
        form=True,
        protects="code",
    ),
)
