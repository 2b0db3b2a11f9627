"""Is each kind of noise found where it is, left alone where it only looks so, and gone after cleaning?"""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NoiseError
from analysis.noise import KINDS, Kind, cleaned, cleaned_texts, kind_named, kinds_with, places
from analysis.noise.numbers import NUMBER_FORMS, NumberForm, number_forms

# Kind: text, occurrences, what is left of it. A kind that cannot be cleaned leaves the text.
FOUND: dict[str, list[tuple[str, int, str]]] = {
    "mojibake": [
        ("â€œQuite soâ€\x9d, he said.", 2, "“Quite so”, he said."),
        ("MÃ¼ller wohnt in KÃ¶ln.", 2, "Müller wohnt in Köln."),
        ("Itâ€™s simple.", 1, "It’s simple."),
    ],
    "control_characters": [("a\x00b\x07", 2, "ab"), ("left\u202eright\u202c", 2, "leftright")],
    "zero_width": [
        ("In\u2060 one\u200b line", 2, "In one line"),
        ("\ufeffStart", 1, "Start"),
        ("soft\xadhyphen", 1, "softhyphen"),
        ("joined\u200d here", 1, "joined here"),
        ("hidden\U000e0069\U000e0067 words", 1, "hidden words"),
    ],
    "unicode_form": [("cafe\u0301", 1, "café"), ("A\u030angstro\u0308m", 2, "Ångström"), ("10 \u212b", 1, "10 Å")],
    "line_ends": [
        ("one\r\ntwo\nthree", 1, "one\ntwo\nthree"),
        ("one\rtwo", 1, "one\ntwo"),
        ("a\r\nb\rc\n", 2, "a\nb\nc\n"),
    ],
    "merged_records": [
        ("Paris.\n##\n18. Instruction: Name a river.\n18. Output: The Seine.", 2, "Paris."),
        ("Paris.\n###\n\nInstruction: Name a river.", 1, "Paris."),
        ("Paris.\n13. Output: Rome.", 1, "Paris."),
        ("Paris is nice.\n\nHuman: And Rome?", 1, "Paris is nice."),
    ],
    "truncated": [
        ("Bees collect nectar from many flowers. They carry it home and sto", 1, ""),
        ("The soup is ready when the lentils are soft and the", 1, ""),
        ("Here is the code:\n```python\nprint(1)\n", 1, ""),
        ("You will need flour, butter, sugar,", 1, ""),
        ("The three points are these:", 1, ""),
        ("He bought a new car (the old one had broken down last win", 1, ""),
        ("蜜蜂从许多花里采集花蜜。它们把花蜜带回家里然后储", 1, ""),
    ],
    "refusals": [
        ("I'm sorry, but I can't help with that.", 1, ""),
        ("I cannot assist with this request.", 1, ""),
        ("Unfortunately, I am unable to provide that information.", 1, ""),
        ("I apologise, but I am unable to answer that question.", 1, ""),
        ("As an AI language model, I cannot provide medical advice.", 1, ""),
        ("I must decline to answer this.", 1, ""),
        ("Sorry, this is outside of what I may discuss.", 1, ""),
        ("That is beyond the scope of what I can help with.", 1, ""),
        ("It would not be appropriate for me to respond to this.", 1, ""),
        ("Es tut mir leid, dabei kann ich nicht helfen.", 1, ""),
        ("Lo siento, no puedo ayudarte con eso.", 1, ""),
        ("抱歉,我无法回答这个问题。", 1, ""),
    ],
    "html_tags": [
        ("<p>One.</p><p>Two.</p>", 4, "One.\nTwo."),
        ('<div class="answer"><span style="color:#333">Yes.</span></div>', 4, "Yes."),
        ("One<br/>two <b>three</b><!-- done -->", 4, "One\ntwo three"),
        ("<A HREF=x.html>here</A>", 2, "here"),
    ],
    "html_entities": [
        ("Tom &amp; Ann &lt;b&gt; &#8217;&#x41;", 5, "Tom & Ann <b> ’A"),
        ("a&nbsp;b", 1, "a\u00a0b"),
        ("twice &amp;amp;amp; over", 1, "twice & over"),
    ],
    "special_tokens": [
        ("<|im_start|>assistant\nHello.<|im_end|>", 2, "Hello."),
        ("[INST] Hello. [/INST]", 2, "Hello. "),
        ("<s>Hello.</s>", 2, "Hello."),
        ("Hello.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nBye.", 3, "Hello.Bye."),
        ("<start_of_turn>model\nHello.<end_of_turn>", 2, "Hello."),
        ("### Response:\nHello.", 1, "Hello."),
        ("<｜begin▁of▁sentence｜>Hello.", 1, "Hello."),
        ("Hello.<|endoftext|>", 1, "Hello."),
    ],
    "placeholders": [
        ("Dear {{name}}, hello.", 1, "Dear , hello."),
        ("Hello [Your Name],", 1, "Hello ,"),
        ("<INSERT COMPANY> says", 1, " says"),
        ("Dear {customer_name}, on [DATE]", 2, "Dear , on "),
        ("%FIRSTNAME%, note", 1, ", note"),
        ("Dear {FIRST_NAME} of {COMPANY}", 2, "Dear  of "),
        ("Regards from XXXX", 1, "Regards from "),
        ("TODO: add source", 1, " add source"),
        ("{{ user.first_name }} and [Insert introduction here]", 2, " and "),
    ],
    "stand_ins": [
        ("No input", 1, ""),
        ("<noinput>", 1, ""),
        ("N/A", 1, ""),
        ("Sort the list.\n\nNo input required.", 1, "Sort the list."),
        ("Sort the list.\nInput: none", 1, "Sort the list."),
    ],
    "ai_boilerplate": [
        ("As an AI language model, I like tea.", 1, "I like tea."),
        ("I am a large language model, so please check. Tea is hot.", 1, "Tea is hot."),
        ("As an AI developed by a research company, I can say this.", 1, "I can say this."),
        ("I don't have personal opinions.", 1, ""),
    ],
    "pleasantries": [
        ("Sure! Here is a poem:\nRoses are red.", 1, "Roses are red."),
        ("Tea is hot. I hope this helps!", 1, "Tea is hot. "),
        ("Tea is hot. Let me know if you have any other questions.", 1, "Tea is hot. "),
    ],
    "empty_markdown": [
        ("| | |\n|---|---|\n| **Tea** | hot |", 1, "| **Tea** | hot |"),
        ("Tea ![](image1.png) and [ ](https://example.org/a)", 2, "Tea  and "),
        ("- - **Tea**\n* * milk\n+ + sugar", 3, "- **Tea**\n* milk\n+ sugar"),
        ("a\n\n---\n\n***\nb", 1, "a\n\n---\nb"),
        ("Tea is hot.\n\n***\n", 1, "Tea is hot.\n"),
    ],
    "markdown_fences": [("```python\nx = 1\n```\nDone.", 2, "x = 1\nDone."), ("~~~\nx\n~~~", 2, "x\n")],
    "markdown_code": [("Call `f()` or `g()`.", 2, "Call f() or g().")],
    "markdown_tables": [
        ("| a | b |\n|---|---|\n| 1 | 2 |", 3, "a, b\n1, 2"),
        ("a | b\n--- | ---\n1 | 2", 1, "a | b\n1 | 2"),
    ],
    "markdown_headings": [("# Title\n\n### Part\ntext", 2, "Title\n\nPart\ntext"), ("# # x", 1, "x")],
    "markdown_rules": [("a\n\n---\n\n***\nb", 2, "a\n\n\nb"), ("- - -\n", 1, "")],
    "markdown_lists": [("- one\n* two\n• three", 3, "one\ntwo\nthree"), ("1. one\n2) two", 2, "one\ntwo")],
    "markdown_quotes": [("> said\n> again", 2, "said\nagain"), (">> deep\n", 1, "deep\n")],
    "markdown_links": [
        ("[Winnow](https://example.org/a_(b)) and ![](image1.png)", 2, "Winnow and "),
        ('[a](b.html "title") [^1]\n\n[^1]: source', 3, "a \n\n source"),
    ],
    "markdown_emphasis": [
        ("**bold** and *slanted* and ~~gone~~", 3, "bold and slanted and gone"),
        ("***both*** and _low_ and __two words__", 3, "both and low and two words"),
        ("****Author.** Leo", 1, "Author. Leo"),
    ],
    "no_break_spaces": [("Only\xa0this:\u202f1", 2, "Only this: 1")],
    "replacement_characters": [("caf\ufffd", 1, "caf")],
    "emoji": [
        ("Done 🎉🎉", 2, "Done "),
        ("👩‍🌾 farms, 👍🏽 and ❤️", 3, " farms,  and "),
        ("Flag 🇵🇹, key 1️⃣", 2, "Flag , key "),
    ],
    "urls": [("See https://example.org/a?b=1#c, or www.example.com.", 2, "See , or .")],
    "tabs": [("a\tb\t\tc", 3, "a b  c")],
    "trailing_spaces": [("a \nb\t\n", 2, "a\nb"), ("a\n", 1, "a"), (" \n ", 2, "")],
    "blank_lines": [("a\n\n\n\nb\n\nc\n \n\t\nd", 2, "a\n\nb\n\nc\n \nd")],
}
CODE = "Look:\n```html\n<b>{{name}}</b>\t**x** [a](b.c) # y\n- z\n\n\n\n# w\n| a |\n> q\n```\nand `<i>*x* {{y}}` too."
# Kind: texts that only look like it.
NOT_FOUND: dict[str, list[str]] = {
    "mojibake": ["São Paulo, Müller, Ångström, naïve", "NÃO É VERDADE", "Â is a letter"],
    "control_characters": ["a\tb\r\nc", "plain"],
    "zero_width": [
        "👩‍👩‍👧 family",
        "the flag 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
    ],
    "unicode_form": ["café Ångström", "日本語 한국어", "नमस्ते"],
    "line_ends": ["a\nb\n", "a\r\nb\r\n", "one line"],
    "merged_records": [
        "1. Instruction books are long.\n2. Output was high.",
        "Input: 5\nOutput: 7",
        "## Output\n\nThe mill made flour.",
        "Instruction: sort the list.\nInput: 3, 1, 2",
    ],
    "truncated": [
        "Paris",
        "Bees make honey.",
        "Bees make honey! 🐝",
        "- one\n- two\n- three words here",
        "Victor Hugo, 1862",
        "kettle, umbrella, yellow, dragon, zipper",
        "She said: “I am here.”",
        "```python\nprint(1)\n```",
        "x = a + b",
        "",
        "Council to plant trees along ring road",
        "Write it so:\n```cout << text```",
        "Herzlichen Dank. Viele Grüße, Jana",
        "bike class | Thursday | the old mill",
    ],
    "refusals": [
        "I cannot recommend this book enough.",
        "I can't help but smile at it.",
        "I'm sorry to hear about your dog. Here is what to do.",
        "Sorry means you regret something.",
        "I am afraid of spiders.",
        "You cannot divide by zero.",
        "I could not sleep last night.",
        "This is beyond my wildest dreams.",
        "That is outside the scope of this essay.",
        "It lies outside what is known.",
    ],
    "html_tags": [
        "a < b and c > d",
        "if x <b and c> y",
        "<noinput>",
        "List<String> names",
        "<3 you",
        "<s>x</s>",
        "3 <5",
        "<name>",
    ],
    "html_entities": ["Tom & Ann; Bob", "AT&T; R&D", "&unknown;", "a && b;"],
    "special_tokens": [
        "a < s > b",
        "[install] it",
        "<|",
        "x <| y |> z < |",
        "### Responses were late",
        "array[INST_ID]",
        "The user: Ann",
    ],
    "placeholders": [
        "set {1, 2}",
        "[1] and [a]",
        "f(x) = {x}",
        "100% SURE",
        "<b>name</b>",
        "[Paris](a.b)",
        "XXX is thirty",
        "I have todo lists",
        "She put it in [square] brackets.",
        "Use the <name> element.",
        "$\\text{SNR} = 2$",
    ],
    "stand_ins": [
        "None of these",
        "There is no input here to sort.",
        "nan bread",
        "Answer: none of the above is right.",
        "-5",
    ],
    "ai_boilerplate": [
        "What is it like to work as an AI researcher?",
        "AI will change schools.",
        "Language models predict words.",
        "As an aid, take a map.",
    ],
    "pleasantries": ["Surely it is hot.", "I hope you are well.", "Let me know the time.", "Of course tea is hot."],
    "empty_markdown": [
        "a\n\n---\n\nb",
        "---\ntitle: tea\n---\nTea is hot.",
        "- - -\nx",
        "* * *",
        "- -5 degrees",
        "| a | b |\n|---|---|\n| | |\n",
        "| | a |\n|---|---|\n| b | c |\n",
        "[a](b.c)",
        "f[] (x)",
        "```\n- - x\n| | |\n|---|---|\n```",
        "a || b",
    ],
    "markdown_fences": ["a ``` b", "`x`", "``x``"],
    "markdown_code": ["don`t", "```\nx = `a`\n```"],
    "markdown_tables": ["a | b", "|x|y", "x || y"],
    "markdown_headings": ["#hashtag", "C# is", "issue #12", "####### seven"],
    "markdown_rules": ["--", "a --- b", "-- -x"],
    "markdown_lists": ["-5 degrees", "2021. Then", "a - b", "*bold*", "3.5 is"],
    "markdown_quotes": ["a > b", ">>> print(1)", "->"],
    "markdown_links": ["f[i](x)", "[a] (b)", "[^a-z] in a class", "see [1]"],
    "markdown_emphasis": ["2 * 3 * 4", "a_b_c", "snake_case_name", "__init__", "5*3", "* item", "~5 ~6"],
    "no_break_spaces": ["a b", "a\u2003b"],
    "replacement_characters": ["café?", "?"],
    "emoji": ["1 # 2 *", "© 2020", "→ and ✓", "日本語", "™"],
    "urls": ["http", "www", "example.org", "https://"],
    "tabs": ["a b", "```\n\tx\n```"],
    "trailing_spaces": ["a b", " a\n  b"],
    "blank_lines": ["a\n\nb", "a\r\n\r\nb", "```\na\n\n\n\nb\n```"],
}


def counted(kind: Kind, text: str) -> int:
    return int(kind.counts(pl.Series([text], dtype=pl.String))[0])


def test_every_kind_has_answers_both_ways() -> None:
    assert set(FOUND) == set(KINDS) == set(NOT_FOUND)
    assert all(len(texts) >= 2 for texts in NOT_FOUND.values())


@pytest.mark.parametrize(
    ("name", "text", "count", "left"), [(name, *case) for name, cases in FOUND.items() for case in cases]
)
def test_what_is_found_and_what_is_left(name: str, text: str, count: int, left: str) -> None:
    kind = KINDS[name]
    assert counted(kind, text) == count
    if kind.can_be_cleaned:
        assert cleaned(text, [name]) == left
        assert cleaned(left, [name]) == left
    assert places(text, kind)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in NOT_FOUND.items() for text in texts])
def test_what_only_looks_so(name: str, text: str) -> None:
    kind = KINDS[name]
    assert counted(kind, text) == 0
    assert places(text, kind) == []
    if kind.can_be_cleaned:
        assert cleaned(text, [name]) == text


# Cleaning


def test_nothing_is_cleaned_unless_it_is_named() -> None:
    text = "**a** <b>b</b> \n"
    assert cleaned(text, []) == text
    assert cleaned(text, ["markdown_emphasis"]) == "a <b>b</b> \n"
    assert cleaned(text, ["html_tags", "markdown_emphasis", "trailing_spaces"]) == "a b"


def test_code_is_left_as_it_is_by_kinds_of_markup() -> None:
    protected = [name for name, kind in KINDS.items() if kind.protects == "code"]
    assert {"html_tags", "markdown_lists", "markdown_emphasis", "placeholders"} <= set(protected)
    assert cleaned(CODE, protected) == CODE
    assert all(counted(KINDS[name], CODE) == 0 for name in [*protected, "tabs", "blank_lines"])


def test_where_fences_are_chosen_their_inside_is_text_like_any_other() -> None:
    text = "```\n# one\n```\n"
    assert cleaned(text, ["markdown_headings"]) == text
    assert cleaned(text, ["markdown_headings", "markdown_fences"]) == "one\n"


def test_a_longer_fence_and_an_open_one_hold_code() -> None:
    assert cleaned("````\n# a\n````\n# b", ["markdown_headings"]) == "````\n# a\n````\nb"
    assert cleaned("# b\n```\n# a", ["markdown_headings"]) == "b\n```\n# a"


def test_backticks_of_one_line_are_no_fence() -> None:
    assert cleaned("```x```\n# a", ["markdown_headings"]) == "```x```\na"


def test_a_column_is_cleaned_as_its_texts_are() -> None:
    texts = ["# a", None, "", "b\t", "```\n# a\n```"]
    done = cleaned_texts(pl.Series("x", texts), ["markdown_headings", "tabs"])
    assert done.to_list() == ["a", None, "", "b ", "```\n# a\n```"]
    assert cleaned_texts(pl.Series("x", [], dtype=pl.String), ["tabs"]).to_list() == []
    assert cleaned_texts(pl.Series("x", [None], dtype=pl.String), ["tabs"]).to_list() == [None]


def test_what_cannot_be_cleaned_is_said() -> None:
    with pytest.raises(NoiseError, match=r"^truncated cannot be cleaned: "):
        cleaned("x", ["truncated"])
    with pytest.raises(NoiseError, match=r"^No kind of formatting is called 'html'; known: mojibake, "):
        kind_named("html")
    with pytest.raises(NoiseError, match="known: "):
        cleaned("x", ["tabs", "x"])


CLEANABLE = [name for name, kind in KINDS.items() if kind.can_be_cleaned]
PIECES = st.sampled_from(
    [
        *(text for cases in FOUND.values() for text, _, _ in cases),
        *(text for texts in NOT_FOUND.values() for text in texts),
        "*",
        "**",
        "_",
        "`",
        "```",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\r",
        "\r\n",
        "#",
        "- ",
        "> ",
        "|",
        "[",
        "](",
        ")",
        "<",
        ">",
        "&",
        ";",
        "&amp;",
        "\u200d",
        "\u0301",
        "Ã",
        "©",
        "\ufe0f",
        "\ue000",
        "\ue001",
        "0",
        "x",
        "<b>",
        "~~~",
        "{{",
        "}}",
        "1. ",
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(CLEANABLE))
def test_a_text_changes_where_something_was_counted_and_once(text: str, name: str) -> None:
    kind = KINDS[name]
    done = cleaned(text, [name])
    assert (done != text) <= (counted(kind, text) > 0)
    assert cleaned(done, [name]) == done
    if name not in ("markdown_tables", "unicode_form", "mojibake"):
        assert counted(kind, done) == 0


@given(st.lists(PIECES, max_size=8).map("".join), st.lists(st.sampled_from(CLEANABLE), unique=True))
def test_cleaning_what_is_clean_changes_nothing(text: str, names: list[str]) -> None:
    done = cleaned(text, names)
    assert cleaned(done, names) == done
    assert cleaned(text, list(reversed(names))) == done


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(list(KINDS)))
def test_places_lie_in_the_text_apart_and_in_order(text: str, name: str) -> None:
    found = places(text, KINDS[name])
    assert bool(found) == bool(counted(KINDS[name], text))
    assert all(0 <= start <= end <= len(text) for start, end in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def test_places_are_where_it_stands() -> None:
    text = "Say `**x**` and **this**, then\n```\n**no**\n```\n**that**."
    assert [text[start:end] for start, end in places(text, KINDS["markdown_emphasis"])] == ["**this**", "**that**"]
    assert places("I cannot assist with this request.", KINDS["refusals"]) == [(0, 34)]


# A tokenizer's own tokens


def test_the_tokens_of_a_tokenizer_leak_too() -> None:
    assert counted(KINDS["special_tokens"], "Hello. ~~EOT~~") == 0
    kinds = kinds_with(["~~EOT~~", "<weird.one>"])
    assert counted(kinds["special_tokens"], "Hello. ~~EOT~~ <weird.one>") == 2
    assert cleaned_texts(pl.Series(["Hello. ~~EOT~~"]), ["special_tokens"], kinds).to_list() == ["Hello. "]


# Bad input


@pytest.mark.parametrize(
    "text",
    [
        "",
        " " * 1_000_000,
        "\t" * 1_000_000,
        "\n" * 1_000_000,
        "*" * 1_000_000,
        "`" * 1_000_000,
        "<" * 1_000_000,
        "&" * 1_000_000,
        "[" * 1_000_000,
        "a " * 500_000,
        "**a " * 250_000,
        "<b " * 300_000,
        "\x00" * 1_000_000,
        "\u200d" * 300_000,
        "# " * 500_000,
        "> " * 500_000,
        "```\n" * 250_000,
        "&amp;" * 200_000,
        "|" * 1_000_000,
        "مرحبا " * 150_000,
        "{{" * 500_000,
        "Ã¼" * 300_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_a_megabyte_of_anything_is_counted_in_time_linear_in_it(text: str) -> None:
    texts = pl.Series([text], dtype=pl.String)
    for kind in KINDS.values():
        assert kind.counts(texts)[0] <= max(len(text), 1)


@pytest.mark.parametrize(
    "text", [" " * 200_000, "*" * 200_000, "`" * 200_000, "<b>" * 60_000, "&amp;" * 40_000, "```\n" * 50_000]
)
def test_a_large_text_is_cleaned(text: str) -> None:
    done = cleaned(text, CLEANABLE)
    assert len(done) <= len(text)


def test_right_to_left_text_is_no_noise() -> None:
    text = "مرحبا، كيف حالك اليوم؟ שלום, מה שלומך?"
    assert [name for name, kind in KINDS.items() if counted(kind, text)] == []


# Numbers


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("1,000 and 1000", {("thousands", "comma"), ("thousands", "plain")}),
        (
            "It costs 1,250.50 or 1.250,50",
            {("thousands", "comma"), ("thousands", "point"), ("decimals", "point"), ("decimals", "comma")},
        ),
        ("In 1984 and 2024", set()),
        ("3/4/2021, or 2021-04-03, or April 3rd", {("dates", "slashes"), ("dates", "ISO"), ("dates", "words")}),
        ("40% (forty per cent)", {("percent", "sign"), ("percent", "words")}),
        ("5km, 5 kilometers", {("units", "glued"), ("distances", "symbols"), ("distances", "words")}),
        (
            "Bake for 20 minutes at 180 °C.",
            {("durations", "words"), ("units", "spaced"), ("temperatures", "symbols")},
        ),
        ("It takes 2 hrs or 90 minutes", {("units", "spaced"), ("durations", "symbols"), ("durations", "words")}),
        ("Turn it by 90 degrees", set()),
        ("5 kilometres at 20 km/h", {("units", "spaced"), ("distances", "words")}),
        ("no numbers", set()),
        ("1, 2, 3", set()),
    ],
)
def test_forms_of_numbers(text: str, forms: set[tuple[str, str]]) -> None:
    assert set(number_forms(pl.Series([text])).select("group", "form").rows()) == forms


@pytest.mark.parametrize("known", NUMBER_FORMS, ids=lambda known: f"{known.group} {known.form}")
def test_the_example_of_a_form_is_one(known: NumberForm) -> None:
    found = number_forms(pl.Series([f"It was {known.example}."]))
    assert (known.group, known.form) in found.select("group", "form").rows()
