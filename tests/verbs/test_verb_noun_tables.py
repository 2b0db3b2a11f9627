"""Do the tables of pairs count right, and does the command `verbs` say the same?"""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner, Result

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import NotLookedAtError, SignalError
from analysis.verbs.comparison import compare, entropy, growth, rarefaction, response_lengths, variety
from analysis.verbs.counts import Counted, Coverage, containing, requests_of, signal_over
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.app_page import open_page

RECORDS: list[dict[str, object]] = [
    {"prompt": "Write a poem about rain.", "response": "Drip, drop.", "score": 4},
    {"prompt": "Write a poem about snow.", "response": "White.", "score": 2},
    {"prompt": "Write a poem about rain.", "response": "Drip.", "score": 3},
    {"prompt": "Name a planet.", "response": "Mars.", "score": 5},
    {"prompt": "Explain why ice floats.", "response": "It is lighter.", "score": 5},
    {"prompt": "A haiku about autumn.", "response": "Leaves.", "score": 1},
    {"prompt": "Escribe un poema sobre el mar y las montañas.", "response": "Olas.", "score": 1},
    {"prompt": "  ", "response": "Nothing.", "score": 1},
    {"prompt": None, "response": "My brother bought a new bicycle.", "score": 1},
]


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    return Workspace(home).open([path])


def found(dataset: Dataset, over: str = "prompt", *filters: str) -> Counted:
    signal = signal_over(dataset, over)
    compute(dataset, signal)
    return requests_of(dataset, signal).counted(dataset.rows_of(View.from_params(filters)))


def table_of(counts: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Counted pairs with so many rows each."""
    pairs = [(verb, noun, rows) for (verb, noun), rows in counts.items()]
    return pl.DataFrame(pairs, schema={"verb": pl.String, "noun": pl.String, "rows": pl.Int64}, orient="row")


def lengths_of(*tokens: int) -> pl.DataFrame:
    return pl.Series("response_tokens", tokens, dtype=pl.UInt32).value_counts(name="rows")


def test_pairs_and_verbs_with_their_answers(dataset: Dataset) -> None:
    compute(dataset, dataset.signal("tokens"))
    counted = found(dataset)
    pairs = counted.pairs.to_dicts()
    assert [(p["verb"], p["noun"], p["rows"], p["rows_share"], p["mean_score"]) for p in pairs] == [
        ("write", "poem", 3, 0.75, 3.0),
        ("name", "planet", 1, 0.25, 5.0),
    ]
    tokens = dataset.column("response_tokens").to_list()
    assert pairs[0]["median_response_tokens"] == sorted(tokens[:3])[1]
    assert counted.verbs.rows() == [("write", 3), ("explain", 1), ("name", 1)]
    assert dict(counted.lengths.iter_rows()) == Counter(tokens)
    assert containing(counted.pairs, " PLAN ")["noun"].to_list() == ["planet"]
    assert containing(counted.pairs, " ").height == 2


def test_of_an_even_number_of_rows_the_median_lies_between(dataset: Dataset) -> None:
    compute(dataset, dataset.signal("tokens"))
    two = found(dataset, "prompt", "score~le~3").pairs
    tokens = dataset.column("response_tokens").to_list()
    assert two["median_response_tokens"].to_list() == [(tokens[1] + tokens[2]) / 2]
    assert two["mean_score"].to_list() == [2.5]


def test_before_tokens_are_counted_their_columns_are_empty(dataset: Dataset) -> None:
    counted = found(dataset)
    assert counted.pairs["median_response_tokens"].to_list() == [None, None]
    assert counted.lengths.is_empty()


@given(st.lists(st.integers(0, len(RECORDS) - 1), unique=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_rows_are_counted_as_their_columns_say(dataset: Dataset, rows: list[int]) -> None:
    signal = dataset.signal("verb_noun")
    compute(dataset, signal)
    compute(dataset, dataset.signal("tokens"))
    at = pl.Series(sorted(rows), dtype=pl.UInt32)
    counted = requests_of(dataset, signal).counted(at)
    columns = dataset.frame(["verb", "noun", "response_tokens", "score"], at)
    by_hand = (
        columns.drop_nulls("noun")
        .group_by("verb", "noun")
        .agg(
            rows=pl.len().cast(pl.Int64),
            median_response_tokens=pl.col("response_tokens").median(),
            mean_score=pl.col("score").mean(),
        )
    )
    assert (
        counted.pairs.drop("rows_share")
        .sort("verb")
        .equals(by_hand.select(counted.pairs.drop("rows_share").columns).sort("verb"))
    )
    assert counted.coverage.rows == len(rows)
    assert int(counted.lengths["rows"].sum()) == columns["response_tokens"].count()


def test_coverage_adds_up(dataset: Dataset) -> None:
    covered = found(dataset).coverage
    assert (
        covered.pair,
        covered.verb_only,
        covered.no_verb,
        covered.other_language,
        covered.empty,
        covered.missing,
    ) == (4, 1, 1, 1, 1, 1)
    assert (covered.rows, covered.not_computed, covered.cut, covered.pair_share) == (9, 0, 0, 4 / 6)
    before = Coverage(9, not_computed=9)
    assert (before.rows, before.pair, before.pair_share) == (9, 0, 0.0)


def test_over_the_response_and_before_it_is_computed(dataset: Dataset) -> None:
    assert ("buy", "bicycle") in found(dataset, "response").pairs.select("verb", "noun").rows()
    with pytest.raises(SignalError, match="compute verb_noun first"):
        requests_of(dataset, signal_over(dataset, "prompt"))


def test_entropy() -> None:
    assert entropy([5]) == 0.0
    assert entropy([3, 3, 3, 3]) == pytest.approx(2.0)
    assert entropy([1, 1, 2, 0]) == pytest.approx(1.5)


def test_rarefaction_by_hand() -> None:
    assert rarefaction([2, 1], [0, 1, 2, 3, 99]) == pytest.approx([0, 1, 5 / 3, 2, 2])
    assert rarefaction([], [0, 1]) == [0.0, 0.0]
    assert rarefaction([1_000_000, 1_000_000], [2])[0] == pytest.approx(1.5, abs=1e-5)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 12))
def test_rarefaction_is_the_mean_over_every_draw(counts: list[int], size: int) -> None:
    rows = [pair for pair, count in enumerate(counts) for _ in range(count)]
    draws = list(combinations(rows, min(size, len(rows))))
    assert rarefaction(counts, [size])[0] == pytest.approx(sum(len(set(draw)) for draw in draws) / len(draws), abs=1e-9)


def test_growth_ends_with_every_pair() -> None:
    curve = growth(table_of({("write", "poem"): 6, ("name", "planet"): 2}), points=4)
    assert curve["rows"].to_list() == [0, 2, 4, 6, 8]
    assert curve["distinct_pairs"].to_list() == pytest.approx([0, 2 - 16 / 28, 2 - 15 / 70, 2 - 1 / 28, 2])
    assert growth(table_of({})).to_dict(as_series=False) == {"rows": [0], "distinct_pairs": [0.0]}


def test_log_odds_by_hand() -> None:
    left, right = (
        table_of({("write", "poem"): 8, ("name", "planet"): 2}),
        table_of({("write", "poem"): 2, ("name", "planet"): 8}),
    )
    rows = compare(left, right, prior_rows=2.0).to_dicts()
    poem = next(row for row in rows if row["noun"] == "poem")
    # prior 2 rows, half for each pair: (8 + 1) : (2 + 1) on the left, the reverse on the right
    assert poem["log_odds"] == pytest.approx(math.log(9 / 3) - math.log(3 / 9))
    assert poem["z"] == pytest.approx(poem["log_odds"] / math.sqrt(1 / 9 + 1 / 3))
    assert (poem["left_rows"], poem["left_share"], poem["right_rows"], poem["right_share"]) == (8, 0.8, 2, 0.2)
    planet = next(row for row in rows if row["noun"] == "planet")
    assert planet["log_odds"] == pytest.approx(-poem["log_odds"])


def test_a_rare_pair_tells_less_than_a_frequent_one() -> None:
    left = table_of({("write", "poem"): 40, ("draw", "cat"): 1, ("name", "planet"): 59})
    right = table_of({("write", "poem"): 10, ("name", "planet"): 90})
    rows = compare(left, right)
    assert rows["noun"][0] in ("poem", "planet")
    z = {row["noun"]: abs(row["z"]) for row in rows.to_dicts()}
    assert z["cat"] < 2 < z["poem"]
    assert rows.filter(noun="cat")["right_rows"].item() == 0


@pytest.mark.parametrize("counts", [{}, {("write", "poem"): 3}])
def test_sides_that_cannot_be_told_apart_have_no_odds(counts: dict[tuple[str, str], int]) -> None:
    rows = compare(table_of({("write", "poem"): 3}), table_of(counts))
    assert rows["z"].to_list() == [None]
    assert compare(table_of({}), table_of({})).height == 0


def test_variety_at_equal_rows() -> None:
    left = table_of({("write", "poem"): 2, ("name", "planet"): 1})
    seen = variety(left, table_of({("write", "poem"): 1, ("draw", "cat"): 1}))
    assert seen["left"]["distinct_pairs_at_equal_rows"] == pytest.approx(5 / 3)
    assert seen["right"] == {
        "rows": 2,
        "distinct_pairs": 2,
        "equal_rows": 2,
        "distinct_pairs_at_equal_rows": 2.0,
        "entropy_bits": 1.0,
    }
    assert variety(left, table_of({}))["right"]["entropy_bits"] is None


def test_response_lengths_on_common_edges() -> None:
    bins = response_lengths(lengths_of(1, 1, 100), lengths_of(50))
    assert bins is not None
    assert (bins["left_rows"].sum(), bins["right_rows"].sum()) == (3, 1)
    assert bins.filter((pl.col("low") <= 50) & (pl.col("high") > 50))["right_rows"].item() == 1
    assert bins.filter((pl.col("low") <= 1) & (pl.col("high") > 1))["left_rows"].item() == 2
    assert response_lengths(lengths_of(), lengths_of()) is None


# The command


def verbs(*arguments: str) -> dict[str, Any]:
    ran = CliRunner().invoke(app, ["verbs", *arguments, "--json"])
    assert ran.exit_code == 0, ran.output
    answered: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answered


def test_the_command_says_what_is_asked_for(dataset: Dataset) -> None:
    said = verbs(dataset.id, "--top", "1")
    counted = ["rows", "with_pair", "pairs", "verbs", "distinct_pairs", "coverage", "compare"]
    assert list(said) == [*counted, "looked_at", "not_looked_at"]
    assert said["pairs"] == [{"verb": "write", "noun": "poem", "rows": 3}]
    assert said["verbs"] == [{"verb": "write", "rows": 3}]
    assert (said["rows"], said["with_pair"], said["distinct_pairs"], said["compare"]) == (9, 4, 2, None)
    kinds = ("pair", "verb_only", "no_verb", "other_language", "empty", "missing", "not_computed")
    assert sum(said["coverage"][kind] for kind in kinds) == said["coverage"]["rows"] == 9


def test_its_rows_are_those_of_a_filter(dataset: Dataset) -> None:
    said = verbs(dataset.id, "--where", "verb~eq~write", "--where", "noun~eq~poem")
    assert (said["rows"], said["with_pair"]) == (3, 3)


def test_the_command_compares(dataset: Dataset, tmp_path: Path) -> None:
    halves = verbs(dataset.id, "--where", "score~ge~4", "--against-where", "score~lt~4")["compare"]
    assert (halves["left"]["rows"], halves["right"]["rows"]) == (2, 2)
    assert Counter(p["noun"] for p in halves["pairs"]) == Counter(["poem", "planet"])
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"prompt": "Draw a cat.", "response": "Meow."}) + "\n")
    both = verbs(dataset.id, "--against", str(other))["compare"]
    assert {(p["verb"], p["noun"], p["left_rows"], p["right_rows"]) for p in both["pairs"]} == {
        ("write", "poem", 3, 0),
        ("name", "planet", 1, 0),
        ("draw", "cat", 0, 1),
    }


def test_a_pipeline_is_chosen_with_its_version(dataset: Dataset) -> None:
    ran = CliRunner().invoke(app, ["compute", dataset.id, "verb_noun", "--set", "max_words=12", "--json"])
    assert ran.exit_code == 0, ran.output
    chosen = Workspace().dataset(dataset.id).signal("verb_noun").parameters
    assert (chosen["max_words"], chosen["pipeline"], chosen["pipeline_version"]) == (12, "en_winnow_sm", "0.1.0")


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ("max_words=many", "max_words of verb_noun cannot be 'many'"),
        ("pipeline=en_nowhere", "No language pipeline 'en_nowhere' here"),
    ],
)
def test_parameters_that_cannot_be_are_named(dataset: Dataset, given_: str, message: str) -> None:
    ran = CliRunner().invoke(app, ["compute", dataset.id, "verb_noun", "--set", given_])
    assert message in str(ran.exception)


# The page


def opened(home: Path, folder: Path, name: str, sources: str) -> Dataset:
    """Rows of these one-letter sources, with verbs, nouns and tokens."""
    lines = [{**RECORDS[at % 4], "source": source} for at, source in enumerate(sources)]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    made = Workspace(home).open([folder / name])
    for signal in ("verb_noun", "tokens"):
        compute(made, made.signal(signal))
    return made


def page(dataset: Dataset, **asked: str | list[str]) -> AppTest:
    return open_page("verbs", dataset, **asked)


def said(at: AppTest) -> str:
    return "\n".join(element.value for element in (*at.subheader, *at.caption, *at.text))


def compared(at: AppTest) -> tuple[list[str], list[str], list[str]]:
    """What is said of the two sides, and `b` and `f` of the address."""
    assert not at.exception and not at.error
    sides = next(text.value for text in at.text if "with a verb and a noun\n" in text.value)
    other, filters = (
        [value] if isinstance(value := at.query_params.get(name, []), str) else value for name in ("b", "f")
    )
    return sides.splitlines(), other, filters


HALVES = ["a: 5 rows, 5 with a verb and a noun", "b: 4 rows, 4 with a verb and a noun"]


def test_one_click_compares_the_two_largest_sources(home: Path, tmp_path: Path) -> None:
    at = page(opened(home, tmp_path, "rows.jsonl", "aaaaabbbbc"))
    assert [at.button(key=f"suggested_{n}").label for n in range(2)] == ["a vs b", "a vs c"]
    at.button(key="suggested_0").click().run()
    assert compared(at) == (HALVES, ["source~in~b"], ["source~in~a"])
    assert at.selectbox(key="side_b").value == "source: b"
    assert not [button for button in at.button if str(button.key).startswith("suggested_")]


def test_a_link_shows_the_same_comparison(home: Path, tmp_path: Path) -> None:
    made = opened(home, tmp_path, "rows.jsonl", "aaaaabbbbc")
    both = {"b": "source~in~b", "bf": "1"}
    assert compared(page(made, f=["source~in~a"], **both))[0] == HALVES
    narrowed = page(made, f=["source~in~a", "score~ge~4"], **both)  # other filters hold for both sides
    assert compared(narrowed)[0] == ["a: 3 rows, 3 with a verb and a noun", "b: 2 rows, 2 with a verb and a noun"]
    own = page(made, f=["source~in~a", "verb~eq~name"], **both)
    assert compared(own)[0] == [*HALVES, "Filters on verb and noun do not apply here."]


def test_a_link_of_before_shows_the_same_comparison(home: Path, tmp_path: Path) -> None:
    made = opened(home, tmp_path, "rows.jsonl", "aaaaabbbbc")
    at = page(made, against="source: b", f=["source~in~a"])
    assert compared(at) == (HALVES, ["source~in~b"], ["source~in~a"]) and "against" not in at.query_params
    unknown = page(made, against="source: nowhere")
    assert "source: nowhere is not available here" in said(unknown)


def test_a_filtered_view_is_compared_with_all_other_rows(home: Path, tmp_path: Path) -> None:
    at = page(opened(home, tmp_path, "rows.jsonl", "aaaaabbbbc"), f=["score~ge~4"])
    assert at.button(key="suggested_0").label == r"score is at least 4 vs all other rows"
    at.button(key="suggested_0").click().run()
    lines = [
        "score is at least 4: 5 rows, 5 with a verb and a noun",
        "all other rows: 5 rows, 5 with a verb and a noun",
    ]
    assert compared(at) == (lines, ["~rest"], ["score~ge~4"])


def test_another_dataset_is_suggested_only_if_it_has_the_same_columns(home: Path, tmp_path: Path) -> None:
    other = opened(home, tmp_path, "other.jsonl", "aaa")
    (tmp_path / "unrelated.jsonl").write_text(json.dumps({"prompt": "Draw a cat.", "response": "Meow."}) + "\n")
    Workspace(home).open([tmp_path / "unrelated.jsonl"])
    made = opened(home, tmp_path, "rows.jsonl", "aaaaaaaaaa")
    at = open_page("compare", made)
    buttons = {button.label: button for button in at.button if str(button.key).startswith("suggested_")}
    assert [label for label in buttons if "jsonl" in label] == [r"all rows vs other\.jsonl"]
    buttons[r"all rows vs other\.jsonl"].click().run()
    assert at.query_params["bd"] in (other.id, [other.id])
    at = page(made, b="", bd=other.id)
    assert compared(at)[0][1] == "other.jsonl: 3 rows, 3 with a verb and a noun"


def test_pairs_in_few_rows_are_not_compared(home: Path, tmp_path: Path) -> None:
    at = page(opened(home, tmp_path, "rows.jsonl", "a" * 12 + "b" * 4), f=["source~in~a"], b="source~in~b", bf="1")
    differing = next(table.value for table in at.dataframe if "log_odds" in table.value.columns)
    assert len(differing) and (differing[["left_rows", "right_rows"]].max(axis=1) >= 3).all()
    few = page(opened(home, tmp_path, "few.jsonl", "aabb"), f=["source~in~a"], b="source~in~b", bf="1")
    assert "No pair is in 3 rows or more of a side." in said(few)


def test_the_same_rows_are_no_comparison(home: Path, tmp_path: Path) -> None:
    at = page(opened(home, tmp_path, "rows.jsonl", "aab"), against="all rows")
    assert "Both sides are the same rows" in said(at)


def test_where_nothing_is_computed_the_page_says_so(dataset: Dataset) -> None:
    at = page(dataset)
    assert "Of 9 rows: 9 not computed yet (100%)." in said(at)
    assert "Compute verbs and nouns" in [button.label for button in at.button]


# Raw text, and no text at all


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def raw(home: Path, tmp_path: Path) -> Dataset:
    """Raw texts, of which one is blank."""
    path = tmp_path / "raw.jsonl"
    texts = ["My brother bought a new bicycle.", "However, the food was great.", " ", "She bought a bicycle."]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return Workspace(home).open([path])


def test_the_verbs_of_raw_text_are_counted(raw: Dataset) -> None:
    answer = json.loads(ran("verbs", raw.id, "--json").stdout)
    assert (answer["rows"], answer["with_pair"]) == (4, 2)
    assert answer["pairs"] == [{"verb": "buy", "noun": "bicycle", "rows": 2}]
    coverage = {name: rows for name, rows in answer["coverage"].items() if rows}
    assert coverage == {"rows": 4, "pair": 2, "no_verb": 1, "empty": 1, "pair_share": 2 / 3}
    assert ran("verbs", raw.id).stdout.splitlines() == [
        "2 of 4 rows have a pair, 1 different ones.",
        "        2  buy bicycle",
        "1 rows were not read: 1 blank.",
    ]


def test_the_page_reads_raw_text(raw: Dataset) -> None:
    compute(raw, raw.signal("verb_noun"))
    at = open_page("verbs", raw)
    assert at.button_group(key="over_prompt").options[0] == "texts"
    assert len(at.button_group(key="over_prompt").options) == 1
    assert any(text.value.startswith("Of 4 rows: 2 with a verb and a noun (50%)") for text in at.text)


def test_nothing_to_look_at_is_not_zero(raw: Dataset, home: Path, tmp_path: Path) -> None:
    refused = ran("verbs", raw.id, "--over", "response")
    assert isinstance(refused.exception, NotLookedAtError)
    assert str(refused.exception).startswith(
        "Not looked at: no column has the role response. Read another text with --over prompt. It has text"
    )
    table = tmp_path / "table.csv"
    table.write_text("height,width\n1,2\n3,4\n")
    refused = ran("verbs", table)
    assert isinstance(refused.exception, NotLookedAtError)
    assert str(refused.exception).startswith(
        "Not looked at: no column has the role prompt or text. It has height, width"
    )


def test_a_view_without_texts_is_not_zero(dataset: Dataset) -> None:
    refused = ran("verbs", dataset.id, "--where", "response~has~bicycle")
    assert isinstance(refused.exception, NotLookedAtError)
    assert str(refused.exception).startswith("Not looked at: none of the 1 rows in view has a prompt or text.")
