"""Does a view mean what its link, its sentence and its operators say?"""

from __future__ import annotations

import time
from datetime import date, datetime
from datetime import time as clock
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dataset.folder import MESSAGES
from analysis.errors import ViewError
from analysis.joined_values import join_values, quote, split_values, unquote
from analysis.view import ANY_TEXT, MAX_VIEW_CHARS, Filter, View
from analysis.view.operators import OPERATORS, check_pattern, kind_of, literal_pattern, search_pattern

# Links

texts = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("~%!&=+#?27E5 \x00\n")), max_size=12
)
operators = st.sampled_from([op for op in OPERATORS if op != "re"])


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    op = draw(operators)
    takes = OPERATORS[op].takes
    if takes == "range":
        value = join_values([draw(texts), draw(texts)])
    elif takes in ("many", "list"):
        value = join_values(draw(st.lists(texts, min_size=1, max_size=4)))
    else:
        value = draw(texts)
    return Filter(draw(texts.filter(bool)), op, value, enabled=draw(st.booleans()))


@given(st.lists(filters(), max_size=4))
def test_a_view_comes_back_from_its_link(chosen: list[Filter]) -> None:
    view = View(tuple(chosen))
    assert View.from_params(view.to_params()) == view


@given(texts)
def test_a_pattern_comes_back_from_its_link(text: str) -> None:
    one = Filter("a", "re", "a+~%7E" + literal_pattern(text))
    assert Filter.parse(str(one)) == one


@given(texts)
def test_quoting_leaves_no_tilde_and_is_undone(text: str) -> None:
    assert "~" not in quote(text)
    assert unquote(quote(text)) == text


@given(st.lists(texts, min_size=1, max_size=5))
def test_values_come_back_from_their_join(values: list[str]) -> None:
    assert split_values(join_values(values)) == values


@given(texts, texts.filter(bool))
def test_a_literal_pattern_matches_just_its_text(haystack: str, needle: str) -> None:
    found = pl.select(pl.lit(haystack).str.contains(literal_pattern(needle))).item()
    assert found is (needle in haystack)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("source~eq~a", Filter("source", "eq", "a")),
        ("source~!eq~a", Filter("source", "eq", "a", enabled=False)),
        ("!source~eq~a", Filter("!source", "eq", "a")),
        ("response~blank", Filter("response", "blank")),
        ("response~blank~", Filter("response", "blank")),
        ("response~blank~ignored", Filter("response", "blank")),
        ("response~has~a~b", Filter("response", "has", "a~b")),
        ("a%7Eb~eq~c%7Ed%25", Filter("a~b", "eq", "c~d%")),
        ("100% true~eq~100%", Filter("100% true", "eq", "100%")),
        ("tokens~range~10~20", Filter("tokens", "range", "10~20")),
        ("source~in~a%7Eb~c", Filter("source", "in", "a%7Eb~c")),
        ("source~eq", Filter("source", "eq", "")),
    ],
)
def test_links_are_read(link: str, expected: Filter) -> None:
    assert Filter.parse(link) == expected
    assert Filter.parse(str(expected)) == expected


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("nonsense", "Cannot read the filter 'nonsense'; expected column~operator~value, such as score~ge~4."),
        ("", "Cannot read the filter ''; expected column~operator~value, such as score~ge~4."),
        ("~eq~a", "Cannot read the filter '~eq~a'; expected column~operator~value, such as score~ge~4."),
        ("score~above~4", f"Unknown operator 'above' in a filter on 'score'; known: {', '.join(OPERATORS)}."),
        ("score~!!ge~4", f"Unknown operator '!ge' in a filter on 'score'; known: {', '.join(OPERATORS)}."),
        ("a~re~", "The regular expression is empty; write a pattern such as \\bsorry\\b."),
        ("a~re~(", "Cannot read the regular expression '(': unclosed group; write it another way."),
        (
            "a~re~(?<!b)c",
            "Cannot read the regular expression '(?<!b)c': look-around, including look-ahead and look-behind, is not "
            "supported; write it another way.",
        ),
        (
            "a~re~\n\nThis error(",
            "Cannot read the regular expression '\\n\\nThis error(': unclosed group; write it another way.",
        ),
        (
            "a~re~(x{1000}){1000}",
            "Cannot read the regular expression '(x{1000}){1000}': Compiled regex exceeds size limit of 10485760 bytes; "
            "write it another way.",
        ),
        (f"a~has~{'x' * 5001}", "The text to look for has 5,001 characters; at most 5,000 are searched."),
    ],
)
def test_an_unreadable_link_says_why(link: str, message: str) -> None:
    with pytest.raises(ViewError) as error:
        View.from_params([link])
    assert str(error.value) == message


def test_a_filter_without_a_column_is_refused() -> None:
    with pytest.raises(ViewError, match=r"^A filter with 'eq' names no column; expected column~operator~value\.$"):
        Filter("", "eq", "a")


def test_a_view_has_a_largest_size() -> None:
    longest = [f"a~in~{'x' * (MAX_VIEW_CHARS - 5)}"]
    assert View.from_params(longest).to_params() == longest
    with pytest.raises(ViewError, match=r"^The view has 100,001 characters; at most 100,000 are read\.$"):
        View.from_params(["a~in~" + "x" * (MAX_VIEW_CHARS - 9), "a~eq~"])


# What the operators mean


def said(*contents: str | None) -> list[dict[str, str | None]]:
    return [{"role": "user", "content": content, "tool_calls": None} for content in contents]


FRAME = pl.DataFrame(
    {
        "count": [1, 2, 3, None, -5],
        "large": [2**63 - 1, 2**53, 2**53 + 1, None, 0],
        "huge": pl.Series([2**64 - 1, 2**64 - 2, 2**63, None, 0], dtype=pl.UInt64),
        "share": [0.5, float("nan"), 1.0, None, -0.5],
        "name": ["Ann", "bob", "", None, "  \n"],
        "words": ["I am sorry.", "SORRY, C++!", "unsorry (x)", None, "as_sorry"],
        "flag": [True, False, True, None, False],
        "day": [date(2024, 5, 30), date(2024, 5, 31), date(2024, 6, 1), None, date(1969, 1, 1)],
        "moment": [
            datetime(2024, 5, 30, 12),
            datetime(2024, 5, 31),
            datetime(2024, 6, 1, 0, 0, 1),
            None,
            datetime(1969, 1, 1),
        ],
        "hour": [clock(0), clock(12, 30), clock(23, 59), None, clock(6)],
        "tags": [["keep"], ["drop", "Keep"], [], None, [""]],
        "chat": [said("Hello", "Bye now"), said("bye", None), [], None, said(None, " ")],
        "place": [{"x": 1.0, "y": 1.0}, {"x": 3.0, "y": 1.0}, {"x": 1.0, "y": -1.0}, None, {"x": 9.0, "y": 9.0}],
        "image": [b"a", b"\xff", b"", None, b"x"],
    },
    schema_overrides={"chat": MESSAGES, "day": pl.Date},
).with_columns(
    rome=pl.col("moment").dt.replace_time_zone("Europe/Rome"),
    none=pl.lit(None, dtype=pl.String),
    small=pl.col("count").cast(pl.Int8),
    level=pl.col("name").cast(pl.Categorical),
)


def passing(column: str, op: str, value: object = "") -> list[int]:
    """The numbers of the rows that pass."""
    mask = FRAME.select(Filter(column, op, str(value)).expr(FRAME.schema[column])).to_series()
    assert (mask.dtype, mask.null_count(), len(mask)) == (pl.Boolean, 0, FRAME.height)
    return mask.arg_true().to_list()


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("count", "number"),
        ("share", "number"),
        ("name", "text"),
        ("level", "text"),
        ("flag", "bool"),
        ("day", "time"),
        ("moment", "time"),
        ("rome", "time"),
        ("hour", "time"),
        ("tags", "list"),
        ("chat", "messages"),
        ("image", "other"),
    ],
)
def test_kinds_of_columns(column: str, kind: str) -> None:
    assert kind_of(FRAME.schema[column]) == kind


def test_durations_are_not_times() -> None:
    assert kind_of(pl.Duration()) == "other"


MEANINGS: list[tuple[str, str, object, list[int]]] = [
    # numbers
    ("count", "eq", 2, [1]),
    ("count", "eq", "2.0", [1]),
    ("count", "eq", 2.5, []),
    ("count", "eq", "+2", [1]),
    ("count", "eq", 10**40, []),
    ("count", "lt", 10**40, [0, 1, 2, 4]),
    ("count", "ne", 2, [0, 2, 3, 4]),
    ("count", "ge", 2, [1, 2]),
    ("count", "gt", 2, [2]),
    ("count", "gt", 1.5, [1, 2]),
    ("count", "le", 2, [0, 1, 4]),
    ("count", "lt", -4, [4]),
    ("count", "range", "1~3", [0, 1]),
    ("count", "range", "2~", [1, 2]),
    ("count", "range", "~2", [0, 4]),
    ("count", "range", "~", [0, 1, 2, 4]),
    ("count", "range", "-5~1.5", [0, 4]),
    ("count", "outside", "1~3", [2, 3, 4]),
    ("count", "outside", "~", [3]),
    ("count", "in", "1~3", [0, 2]),
    ("count", "in", "1.0~9~2.5~1e400", [0]),
    ("count", "notin", "1~3", [1, 3, 4]),
    ("count", "null", "", [3]),
    ("count", "notnull", "", [0, 1, 2, 4]),
    ("small", "ge", 1000, []),
    ("small", "in", "2~1000", [1]),
    ("large", "eq", 2**63 - 1, [0]),
    ("huge", "eq", 2**64 - 1, [0]),
    ("huge", "lt", 2**64 - 1, [1, 2, 4]),
    ("huge", "in", 2**64 - 2, [1]),
    ("huge", "ge", 2**70, []),
    ("large", "in", 2**53 + 1, [2]),
    ("large", "in", 2**53, [1]),
    ("large", "notin", 2**53, [0, 2, 3, 4]),
    ("large", "ge", 2**53 + 1, [0, 2]),
    # not-a-number is a missing number
    ("share", "ge", 0, [0, 2]),
    ("share", "ge", "-inf", [0, 2, 4]),
    ("share", "lt", 1, [0, 4]),
    ("share", "eq", "nan", []),
    ("share", "in", "0.5~1", [0, 2]),
    ("share", "ne", 1, [0, 1, 3, 4]),
    ("share", "range", "-0.5~1", [0, 4]),
    ("share", "outside", "-0.5~1", [1, 2, 3]),
    ("share", "null", "", [1, 3]),
    ("share", "notnull", "", [0, 2, 4]),
    # texts
    ("name", "eq", "Ann", [0]),
    ("name", "eq", "ann", []),
    ("name", "eq", "", [2]),
    ("name", "ne", "Ann", [1, 2, 3, 4]),
    ("name", "ge", "Ann", [0, 1]),
    ("name", "lt", "Ann", [2, 4]),
    ("name", "range", "A~a", [0]),
    ("name", "in", "Ann~", [0, 2]),
    ("name", "notin", "Ann~bob", [2, 3, 4]),
    ("name", "has", "N", [0]),
    ("name", "has", "", [0, 1, 2, 4]),
    ("name", "nothas", "n", [1, 2, 3, 4]),
    ("name", "null", "", [3]),
    ("name", "blank", "", [2, 3, 4]),
    ("name", "notblank", "", [0, 1]),
    ("level", "eq", "Ann", [0]),
    ("level", "in", "Ann~bob", [0, 1]),
    ("level", "has", "NN", [0]),
    ("level", "blank", "", [2, 3, 4]),
    ("words", "has", "sorry", [0, 1, 2, 4]),
    ("words", "has", "(x)", [2]),
    ("words", "has", ".", [0]),
    ("words", "word", "sorry", [0, 1]),
    ("words", "word", "c++", [1]),
    ("words", "word", "I am", [0]),
    ("words", "word", "(x)", [2]),
    ("words", "re", r"\bsorry\b", [0]),
    ("words", "re", r"(?i)^s", [1]),
    ("words", "re", "a~b|%", []),
    ("none", "eq", "a", []),
    ("none", "ne", "a", [0, 1, 2, 3, 4]),
    ("none", "blank", "", [0, 1, 2, 3, 4]),
    # true and false
    ("flag", "eq", "true", [0, 2]),
    ("flag", "eq", "False", [1, 4]),
    ("flag", "ne", "true", [1, 3, 4]),
    ("flag", "in", "TRUE", [0, 2]),
    ("flag", "in", "true~false", [0, 1, 2, 4]),
    ("flag", "notin", "true", [1, 3, 4]),
    ("flag", "notnull", "", [0, 1, 2, 4]),
    # times
    ("day", "ge", "2024-05-31", [1, 2]),
    ("day", "eq", "2024-05-31", [1]),
    ("day", "ne", "2024-05-31", [0, 2, 3, 4]),
    ("day", "range", "2024-05-30~2024-06-01", [0, 1]),
    ("day", "in", "2024-05-30~1969-01-01", [0, 4]),
    ("moment", "ge", "2024-05-31", [1, 2]),
    ("moment", "gt", "2024-06-01T00:00:00", [2]),
    ("moment", "le", "2024-05-30 12:00", [0, 4]),
    ("moment", "lt", "2024-05-30T14:00+02:00", [4]),
    ("moment", "le", "2024-05-30T14:00+02:00", [0, 4]),
    ("moment", "null", "", [3]),
    ("rome", "ge", "2024-05-30T22:00", [1, 2]),
    ("rome", "ge", "2024-05-31T00:00+02:00", [1, 2]),
    ("hour", "range", "06:00~23:59", [1, 4]),
    ("hour", "eq", "12:30", [1]),
    # a list under a title, which is no value
    ("name", "listed", "most like row 1~bob~Ann~nobody", [0, 1]),
    ("name", "listed", "Ann", []),
    # lists: one entry exactly
    ("tags", "has", "keep", [0]),
    ("tags", "has", "ee", []),
    ("tags", "nothas", "keep", [1, 2, 3, 4]),
    ("tags", "in", "keep~drop", [0, 1]),
    ("tags", "notin", "keep~drop", [2, 3, 4]),
    ("tags", "null", "", [3]),
    ("tags", "blank", "", [2, 3, 4]),
    ("tags", "notblank", "", [0, 1]),
    # chats: any message
    ("chat", "has", "bye", [0, 1]),
    ("chat", "nothas", "bye", [2, 3, 4]),
    ("chat", "word", "now", [0]),
    ("chat", "re", "^Bye", [0]),
    ("chat", "blank", "", [2, 3, 4]),
    ("chat", "notblank", "", [0, 1]),
    ("chat", "null", "", [3]),
    ("chat", "notnull", "", [0, 1, 2, 4]),
    # places
    ("place", "within", "0,0;2,0;2,2;0,2", [0]),
    ("place", "apart", "0,0;2,0;2,2;0,2", [1, 2, 3, 4]),
    ("place", "null", "", [3]),
    ("place", "notnull", "", [0, 1, 2, 4]),
    # what can only be there or not
    ("image", "null", "", [3]),
    ("image", "notnull", "", [0, 1, 2, 4]),
]


@pytest.mark.parametrize(("column", "op", "value", "expected"), MEANINGS)
def test_meaning(column: str, op: str, value: object, expected: list[int]) -> None:
    assert passing(column, op, value) == expected


def test_every_operator_on_every_kind_it_fits_was_asked_above() -> None:
    asked = {(op, kind_of(FRAME.schema[column])) for column, op, _, _ in MEANINGS}
    offered = {(op, kind) for op, known in OPERATORS.items() for kind in known.kinds if op not in ("null", "notnull")}
    ordered_alike = {
        (op, kind)
        for op in ("eq", "ne", "ge", "gt", "le", "lt", "in", "notin", "range", "outside")
        for kind in ("text", "time")
    }
    assert offered - asked <= ordered_alike
    assert {op for op, _ in asked} == set(OPERATORS)


@pytest.mark.parametrize(
    ("column", "op", "value", "message"),
    [
        ("count", "ge", "many", "count is a number, 'many' is not; write a number such as 2048."),
        ("count", "in", "1~x", "count is a number, 'x' is not; write a number such as 2048."),
        ("count", "range", "5", "A range of count needs two bounds, '5' has 1; write 10~20 or 10~."),
        ("count", "range", "1~2~3", "A range of count needs two bounds, '1~2~3' has 3; write 10~20 or 10~."),
        ("count", "range", "1~b", "count is a number, 'b' is not; write a number such as 2048."),
        ("flag", "eq", "yes", "flag is true or false, 'yes' is neither; write true or false."),
        (
            "moment",
            "ge",
            "tomorrow",
            "moment is a time, 'tomorrow' is not; write a time such as 2024-05-31 or 2024-05-31T12:30.",
        ),
        ("day", "ge", "", "day is a time, '' is not; write a time such as 2024-05-31 or 2024-05-31T12:30."),
        ("hour", "ge", "2024-05-31", "hour is a time, '2024-05-31' is not; write a time such as 12:30."),
        (
            "count",
            "has",
            "1",
            "count holds number values, which 'has' does not fit; fitting: eq, ne, ge, gt, le, lt, range, outside, in, notin, null, notnull.",
        ),
        (
            "chat",
            "eq",
            "a",
            "chat holds messages values, which 'eq' does not fit; fitting: has, nothas, word, re, null, notnull, blank, notblank.",
        ),
        ("image", "eq", "a", "image holds other values, which 'eq' does not fit; fitting: null, notnull."),
        (
            "flag",
            "ge",
            "true",
            "flag holds bool values, which 'ge' does not fit; fitting: eq, ne, in, notin, null, notnull.",
        ),
    ],
)
def test_a_filter_that_does_not_fit_says_why(column: str, op: str, value: str, message: str) -> None:
    with pytest.raises(ViewError) as error:
        passing(column, op, value)
    assert str(error.value) == message


@given(filters(), st.sampled_from(FRAME.columns))
def test_any_filter_gives_a_mask_without_nulls_or_says_why(chosen: Filter, column: str) -> None:
    try:
        expr = Filter(column, chosen.op, chosen.value).expr(FRAME.schema[column])
    except ViewError as error:
        assert str(error).endswith(".") and "\n" not in str(error)
    else:
        mask = FRAME.select(expr).to_series()
        assert (mask.dtype, mask.null_count(), len(mask)) == (pl.Boolean, 0, FRAME.height)


@given(st.sampled_from(FRAME.columns), st.sampled_from(["null", "blank", "has", "in"]), texts)
def test_a_filter_and_its_opposite_share_out_the_rows(column: str, op: str, value: str) -> None:
    if kind_of(FRAME.schema[column]) in OPERATORS[op].kinds and kind_of(FRAME.schema[column]) != "number":
        both = passing(column, op, quote(value)) + passing(column, f"not{op}", quote(value))
        assert sorted(both) == list(range(FRAME.height))


def test_a_catastrophic_pattern_takes_no_time() -> None:
    text = pl.DataFrame({"a": ["a" * 50_000 + "!"] * 20})
    started = time.perf_counter()
    mask = text.select(Filter("a", "re", "(a+)+$").expr(pl.String())).to_series()
    assert time.perf_counter() - started < 5
    assert not mask.any()


def test_the_longest_search_still_compiles() -> None:
    for op in ("has", "word"):
        check_pattern(search_pattern(op, "k\u017f" * 2500))


# Sentences


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (Filter("response_tokens", "ge", "2048"), "response_tokens is at least 2048"),
        (Filter("n", "gt", "1"), "n is over 1"),
        (Filter("n", "le", "1"), "n is at most 1"),
        (Filter("n", "lt", "1"), "n is under 1"),
        (Filter("source", "eq", "a"), "source is a"),
        (Filter("source", "eq", ""), "source is “”"),
        (Filter("source", "ne", "a"), "source is not a"),
        (Filter("n", "range", "10~20"), "n is from 10 to under 20"),
        (Filter("n", "range", "10~"), "n is at least 10"),
        (Filter("n", "range", "~20"), "n is under 20"),
        (Filter("n", "range", "~"), "n is anything"),
        (Filter("n", "outside", "10~20"), "n is not from 10 to under 20"),
        (Filter("source", "in", "a~b"), "source is a, b"),
        (Filter("source", "in", "a~~c%7Ed"), "source is a, “”, c~d"),
        (Filter("source", "notin", "a~b~c~d~e"), "source is not a, b, c or 2 more"),
        (Filter("response", "has", "so {c}"), "response contains “so {c}”"),
        (Filter("response", "nothas", ""), "response does not contain “”"),
        (Filter(ANY_TEXT, "word", "sorry"), "any text contains the word “sorry”"),
        (Filter("response", "re", "^a"), "response matches “^a”"),
        (Filter("response", "null"), "response is missing"),
        (Filter("response", "notnull"), "response is there"),
        (Filter("response", "blank"), "response is empty"),
        (Filter("response", "notblank"), "response is not empty"),
        (Filter("{v}", "eq", "{c}"), "{v} is {c}"),
    ],
)
def test_sentence(one: Filter, sentence: str) -> None:
    assert one.sentence == sentence


@given(filters())
def test_every_filter_has_a_sentence(one: Filter) -> None:
    assert one.column in one.sentence or one.column == ANY_TEXT


def test_the_sentence_of_a_view_leaves_out_what_is_switched_off() -> None:
    view = View().where("a", "eq", 1).where("b", "ge", 2).where("c", "blank")
    assert view.sentence == "a is 1 and b is at least 2 and c is empty"
    assert view.toggled(1).sentence == "a is 1 and c is empty"
    assert View().sentence == "all rows"
    assert View().where("a", "null").toggled(0).sentence == "all rows"


# Changing a view

VIEW = View().where("a", "eq", 1).where("b", "ge", 2).where("a", "ge", 0)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (VIEW.where("c", "null"), ["a~eq~1", "b~ge~2", "a~ge~0", "c~null"]),
        (VIEW.where("b", "ge", 2), ["a~eq~1", "b~ge~2", "a~ge~0"]),
        (VIEW.where("b", "ge", 3), ["a~eq~1", "b~ge~2", "a~ge~0", "b~ge~3"]),
        (VIEW.narrowed("a", "eq", 5), ["b~ge~2", "a~ge~0", "a~eq~5"]),
        (VIEW.narrowed("c", "eq", 5), ["a~eq~1", "b~ge~2", "a~ge~0", "c~eq~5"]),
        (VIEW.without(1), ["a~eq~1", "a~ge~0"]),
        (VIEW.without_column("a"), ["b~ge~2"]),
        (VIEW.toggled(0), ["a~!eq~1", "b~ge~2", "a~ge~0"]),
        (VIEW.toggled(0).toggled(0), ["a~eq~1", "b~ge~2", "a~ge~0"]),
    ],
)
def test_each_change_is_a_new_view(changed: View, expected: list[str]) -> None:
    assert changed.to_params() == expected
    assert VIEW.to_params() == ["a~eq~1", "b~ge~2", "a~ge~0"]


def test_what_a_view_names() -> None:
    view = VIEW.where(ANY_TEXT, "has", "x").toggled(1)
    assert view.columns() == {"a", "b"}
    assert [str(f) for f in view.active] == ["a~eq~1", "a~ge~0", "*~has~x"]
    assert list(view) == list(view.filters)


def test_views_cannot_be_changed_in_place() -> None:
    for thing, name, value in ((VIEW, "filters", ()), (VIEW.filters[0], "value", "2")):
        with pytest.raises(AttributeError):
            _set(thing, name, value)
    assert len({VIEW, View(VIEW.filters), VIEW.toggled(0)}) == 2


def _set(thing: Any, name: str, value: object) -> None:
    setattr(thing, name, value)
