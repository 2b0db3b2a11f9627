"""Are the pure parts of the screen right: marks of charts, harmless text, ticks, files, jobs?"""

from __future__ import annotations

import itertools
import os
import re
import signal
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analysis.errors import DatasetError, JobError
from analysis.export import flat
from analysis.given_files import below_data_folders
from analysis.joined_values import split_values
from analysis.statistics import counting
from analysis.view import View
from ui import figures
from ui.duplicates.figures import group_sizes, threshold_curve
from ui.figures import charts, tables
from ui.personal_data.figures import scores
from ui.session import files, jobs, session
from ui.session.text import JOINER, count, cut, duration, md, plotly_text

WAIT = 60.0  # seconds
HOSTILE = [
    "![a](http://evil.test/1)",
    "[a](javascript:x)",
    "<img src=x onerror=x>",
    "http://evil.test",
    "www.evil.test",
    "a@evil.test",
    ":red[a]",
    ":material/home:",
    ":smile:",
    "$x$",
    "**a**",
    "~~a~~",
    "`a`",
    "# a",
    "1. a",
    "- a",
    "> a",
    "| a |",
    "&lt;",
    "---",
    "    a",
    "\\",
    "a\nb",
    "\u202etxt.exe",
    "<!--",
    "[a]: b",
    "a\\*",
    "===",
    "\t- a",
    "1) a",
    "+ a",
    "<http://evil.test>",
    "[^1]",
    "- [ ] a",
]
strange = st.text(max_size=60) | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join)


# Marks of charts


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=50)
    | st.lists(st.floats(0, 1e6, width=32), min_size=1, max_size=50),
    st.booleans(),
    st.tuples(st.floats(-3, 60), st.floats(-3, 60)),
)
@example([0.001 * i for i in range(50)], False, (0.6, 2.4))
@example([1_234_567.25 + i / 64 for i in range(40)], False, (3.0, 5.0))
def test_a_dragged_range_keeps_the_rows_of_the_bars_it_touches(
    values: list[float], log: bool, drag: tuple[float, float]
) -> None:
    column = pl.Series("x", values)
    edges = counting.log_edges(column) if log else counting.linear_edges(column)
    bins = counting.count_bins(counting.bin_numbers(column, edges), len(edges) - 1)
    touched = [i for i in range(len(bins)) if round(min(drag)) <= i <= round(max(drag))]
    bounds = charts.range_of({"box": [{"x": list(drag)}]}, edges)
    assert bounds is not None
    view = View().narrowed("x", "range", bounds)
    kept = column.to_frame().filter(view.filters[0].expr(column.dtype)).height
    if touched:
        assert kept == bins[touched].sum()
    own = charts.own_range(view, "x")
    assert own is not None
    inside = [a for a, b in itertools.pairwise(edges) if own[0] < b and a < own[1]]
    assert len(inside) == max(len(touched), 1)  # what is drawn as picked


def test_a_clicked_bar_is_its_own_range_and_an_empty_selection_is_none() -> None:
    edges = [0.0, 10.0, 20.0, 30.5]
    assert charts.range_of({"points": [{"x": 1}]}, edges) == "10~20"
    assert charts.range_of({"points": [{"x": 2}]}, edges) == "20~30.5"
    assert charts.range_of({"box": [{"x": [1.9, 0.7]}]}, edges) == "10~30.5"
    assert charts.range_of({"box": [], "points": []}, edges) is None


@pytest.mark.parametrize(
    ("filters", "own"),
    [
        ([], None),
        (["x~range~10~20"], (10, 20)),
        (["x~range~~20"], (-np.inf, 20)),
        (["x~ge~5", "x~lt~9", "y~ge~7"], (5, 9)),
        (["x~le~9"], (-np.inf, 9.5)),
        (["x~eq~4"], (4, 4.5)),
        (["x~range~10~20", "x~gt~15"], (15, 20)),
        (["x~!ge~5"], None),
        (["x~ne~5", "x~notnull"], None),
    ],
)
def test_what_a_column_s_own_filters_leave(filters: list[str], own: tuple[float, float] | None) -> None:
    assert charts.own_range(View.from_params(filters), "x") == own


VALUES = st.sampled_from(["a", "b", "c~d", "100%", "(other 9)", "", "x", "y", None])


@given(st.lists(VALUES, min_size=1, max_size=30), st.data())
def test_a_click_on_a_bar_keeps_exactly_its_rows_and_a_second_one_lets_them_go(
    values: list[str | None], data: st.DataObject
) -> None:
    column = pl.Series("v", values, dtype=pl.String)
    counted = counting.count_values(column, 3)
    named = counted.filter("is_named")["value"].to_list()
    line = data.draw(st.sampled_from(range(counted.height)))
    value, rows = counted["value"][line], counted["rows"][line]
    before = View().where("w", "eq", "1")
    after = charts.picked_value(before, "v", value, named)
    kept = column.to_frame()
    for f in after.filters[1:]:
        kept = kept.filter(f.expr(column.dtype))
    assert kept.height == rows
    if counted["is_named"][line]:
        assert charts.picked_value(after, "v", value, named) == before


def test_clicks_on_two_bars_keep_both() -> None:
    view = charts.picked_value(View(), "v", "c~d", ["a", "c~d"])
    view = charts.picked_value(view, "v", "a", ["a", "c~d"])
    assert [split_values(f.value) for f in view] == [["c~d", "a"]]
    assert charts.picked_value(view, "v", "c~d", ["a", "c~d"]).to_params() == ["v~in~a"]
    assert charts.picked_value(view, "v", "(missing)", ["a", "c~d"]).to_params() == ["v~null"]


# Ticks and words


def test_ticks_stand_at_round_numbers_or_evenly() -> None:
    at, words = figures.edge_ticks([0, 1, 3, 10, 32, 100, 316, 1000])
    assert words == ["0", "1", "2", "5", "10", "20", "50", "100", "200", "500", "1k"]
    assert at[:3] == [-0.5, 0.5, 1.0] and at[-1] == 6.5
    rte = counting.log_edges(pl.Series([7, 160]))
    assert figures.edge_ticks(rte)[1] == ["10", "20", "50", "100"]
    assert figures.edge_ticks(counting.log_edges(pl.Series([12, 45])))[1] == ["20", "30", "40"]
    millions = counting.log_edges(pl.Series([1, 5_000_000]))
    assert figures.edge_ticks(millions)[1] == ["1", "10", "100", "1k", "10k", "100k", "1M"]
    at, words = figures.edge_ticks([50.0 * i for i in range(41)])
    assert (at[:2], words[:2]) == ([-0.5, 3.5], ["0", "200"])
    assert figures.edge_ticks([0.0, 1.0]) == ([-0.5, 0.5], ["0", "1"])


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.booleans())
def test_a_tick_names_the_value_where_it_stands(values: list[int], log: bool) -> None:
    column = pl.Series(values)
    edges = counting.log_edges(column) if log else counting.linear_edges(column)
    at, words = figures.edge_ticks(edges)
    assert words == [figures.compact(float(np.interp(place + 0.5, range(len(edges)), edges))) for place in at]
    assert at == sorted(set(at)) and len(at) <= 22
    assert all(24 * (right - left) >= len(edges) - 1 for left, right in itertools.pairwise(at))  # no label over another


def test_labels_stand_off_from_the_corner_where_two_axes_meet() -> None:
    drawn = figures.histogram([4, 5, 6], np.array([1, 2]), np.array([1, 2]), None, True, "tokens", figures.LIGHT)
    assert drawn.layout.xaxis.ticklabelstandoff >= 4 and drawn.layout.yaxis.ticklabelstandoff >= 4


def test_things_are_counted_in_whole_steps_on_every_axis() -> None:
    few = np.array([1, 2])
    curve = pl.DataFrame({"threshold": [0.5, 0.9], "rows_to_drop": [2, 1]})
    bins = pl.DataFrame({"low": [0.0, 0.5], "high": [0.5, 1.0], "spans": few})
    drawn = {
        "rows": figures.histogram([0, 1, 2], few, few, None, True, "tokens", figures.LIGHT),
        "hits": scores(bins, figures.LIGHT),
        "groups": group_sizes(pl.Series([2, 2, 3]), figures.LIGHT),
        "rows to drop": threshold_curve(curve, 0.8, figures.LIGHT),
    }
    for what, figure in drawn.items():
        axis = figure.layout.yaxis
        assert (axis.title.text, axis.dtick, axis.rangemode) == (what, 1, "tozero")
    many = figures.histogram([0, 1, 2], 100 * few, 100 * few, None, True, "tokens", figures.LIGHT)
    assert many.layout.yaxis.dtick is None


def test_an_axis_of_growing_bins_says_that_its_scale_is_logarithmic() -> None:
    rows = np.array([3, 2, 1])
    drawn = [
        figures.histogram(edges, rows, rows, None, True, "tokens per row", figures.LIGHT).layout.xaxis.title.text
        for edges in ([1, 10, 100, 1000], [0, 10, 20, 30])
    ]
    assert drawn == ["tokens per row (log scale)", "tokens per row"]


def test_other_values_have_no_bar_but_words() -> None:
    counted = counting.count_values(pl.Series(["a"] * 6 + ["b"] * 3 + ["c", "d", "e", "f"] + [None] * 2), 2)
    assert counted["value"].to_list() == ["a", "b", "(other 4)", "(missing)"]
    (bars,) = figures.bars(counted, [6, 3, 4, 2], None, figures.LIGHT).data
    assert list(bars.x) == [2, 3, 6], "missing, b, a"
    assert list(bars.text) == ["2  13.3%", "3  20%", "6  40%"], "shares are of all rows"
    assert charts.other_words("(other 4)", 4, 15) == "4 other values: 4 rows (26.7%)"
    assert charts.other_words("(other 1)", 1, 2_000) == "1 other value: 1 row (0.1%)"
    assert charts.other_words("(other 1,156)", 4_180, 8_000) == "1,156 other values: 4,180 rows (52.2%)"


def test_a_label_stands_behind_the_longer_of_two_bars() -> None:
    counted = counting.count_values(pl.Series(["a"] * 6 + ["b"] * 4), 2)
    behind, bars = figures.bars(counted, [1, 4], None, figures.LIGHT).data
    assert (list(behind.text), list(bars.text)) == (["", "1  20%"], ["4  80%", ""]), "b is above its part, a below it"


def test_a_picture_of_a_chart_has_its_title_and_its_ground() -> None:
    rows = np.array([1, 2])
    plain = figures.histogram([4, 5, 6], rows, rows, None, True, "tokens", figures.DARK)
    height = plain.layout.height
    drawn = figures.paper.titled(plain, "Tokens of <b>rows</b>")
    assert drawn.layout.title.text == "Tokens of &lt;b&gt;rows&lt;/b&gt;"
    assert drawn.layout.paper_bgcolor == figures.DARK.ground and drawn.layout.height == height + 30
    assert figures.CONFIG["modeBarButtons"] == [["toImage"]], "nothing else, and nothing that sends the chart away"


def test_the_highest_step_of_two_sides_is_below_the_top_of_the_chart() -> None:
    drawn = figures.overlaid([0, 1, 2, 3], (("a", [1, 1, 2]), ("b", [6, 2, 2])), "tokens", figures.LIGHT)
    low, top = drawn.layout.yaxis.range
    assert low == 0 and top == pytest.approx(0.6 * 1.06)
    nothing = figures.overlaid([0, 1], (("a", [0]), ("b", [0])), "tokens", figures.LIGHT)
    assert nothing.layout.yaxis.range is None


@pytest.mark.parametrize(
    ("name", "file"),
    [("Rows by source", "rows-by-source.csv"), ("../a\\b: 5%", "a-b-5.csv"), ("文", "chart.csv")],
)
def test_the_file_of_a_chart_is_named_after_it(name: str, file: str) -> None:
    assert tables.file_name(name) == file


def test_a_file_of_a_chart_holds_no_formula() -> None:
    table = pl.DataFrame({"value": ["=1+1", "-5", "a,b"], "rows": [1, 2, 3]})
    assert flat.csv_of(table).decode() == 'value,rows\n\'=1+1,1\n-5,2\n"a,b",3\n'


def _brightness(colour: str) -> float:
    red, green, blue = bytes.fromhex(colour[1:])
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("palette", [figures.LIGHT, figures.DARK])
def test_the_colour_of_a_wedge_is_the_one_its_words_are_chosen_for(palette: figures.Palette) -> None:
    pieces = [piece for n in range(8) for piece in ((f"{n}", "", "verb", 2), (f"{n}/0", f"{n}", "noun", 2))]
    wheel = figures.wedges(pieces, 16, False, palette).data[0]
    assert wheel.leaf.opacity == 1  # a paler ring would be drawn behind words chosen for the full colour
    assert list(wheel.marker.colors[::2]) == list(figures.CATEGORIES)
    for full, pale in zip(wheel.marker.colors[::2], wheel.marker.colors[1::2], strict=True):
        assert (_brightness(pale) < _brightness(full)) == (palette is figures.DARK)
        words = 255 if _brightness(pale) < 128 else 68  # Plotly writes white or #444444
        assert abs(_brightness(pale) - words) > 60
    tree = figures.wedges(pieces, 16, True, palette).data[0]
    assert list(tree.marker.colors[1::2]) == list(figures.CATEGORIES)


@pytest.mark.parametrize(
    ("low", "high", "whole", "words"),
    [
        (100, 200, True, "100 to 199"),
        (7, 8, True, "7"),
        (0, 1, True, "0"),
        (1000, 2000, True, "1,000 to 1,999"),
        (0.5, 1, False, "0.5 to under 1"),
        (1000.5, 2000, False, "1,000.5 to under 2,000"),
    ],
)
def test_a_bin_says_what_stands_in_it(low: float, high: float, whole: bool, words: str) -> None:
    assert figures.bin_words(low, high, whole) == words


@pytest.mark.parametrize(
    ("number", "short"),
    [(0, "0"), (950, "950"), (1234, "1.23k"), (3e6, "3M"), (2.5e9, "2.5G"), (-1500, "-1.5k"), (0.25, "0.25")],
)
def test_an_axis_has_short_numbers(number: float, short: str) -> None:
    assert figures.compact(number) == short


def test_counts_and_durations_in_words() -> None:
    assert [count(n) for n in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]
    assert [duration(s) for s in (0.2, 45, 600, 7200)] == ["a second", "45 seconds", "10 minutes", "2.0 hours"]


# Harmless text


@given(strange, st.integers(1, 80))
@example("    code", 80)
def test_markdown_shows_the_text_letter_by_letter(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown) <= limit and "\n" not in shown
    parsed = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(md(text, limit))
    words = [child for token in parsed for child in token.children or ()]
    assert {token.type for token in parsed} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in words} <= {"text", "text_special"}
    assert "".join(child.content for child in words).replace(JOINER, "") == shown.strip()


@given(strange)
def test_plotly_gets_no_tag(text: str) -> None:
    shown = plotly_text(text, 60)
    assert not set("<>") & set(shown)
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == cut(text, 60)


# Files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configured data folder with what a picker may meet; its secret neighbour is not configured."""
    root = tmp_path / "data"
    for name in (
        "a.jsonl",
        "deep/er/b.csv.gz",
        "deep/c.PARQUET",
        "notes.md",
        ".hidden/d.jsonl",
        ".e.jsonl",
        "venv/f.json",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    (root / "venv" / "pyvenv.cfg").write_text("")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "g.jsonl").write_text("{}")
    (root / "linked").symlink_to(tmp_path / "secret")
    (root / "h.jsonl").symlink_to(tmp_path / "secret" / "g.jsonl")
    (root / "circle").symlink_to(root)
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(root))
    files.listed.clear()
    yield root
    files.listed.clear()


def test_the_picker_lists_data_files_below_the_configured_folders(folder: Path) -> None:
    offered = [files.shown_path(path) for path in files.data_files()]
    assert offered == [
        "a.jsonl",
        "deep/c.PARQUET",
        "deep/er/b.csv.gz",
        "h.jsonl",
    ]  # a link is offered, and refused by name


@pytest.mark.parametrize(
    "path", ["h.jsonl", "linked/g.jsonl", "../secret/g.jsonl", "circle/../../secret/g.jsonl", "none.jsonl"]
)
def test_a_path_that_leaves_the_folder_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(DatasetError):
        below_data_folders(folder / path)
    assert below_data_folders(folder / "circle" / "a.jsonl") == (folder / "a.jsonl").resolve()


@given(
    strange
    | st.sampled_from(
        [
            "..",
            "../../x.csv",
            "/etc/passwd",
            "a" * 300 + ".jsonl",
            "." * 200,
            "a\0b",
            "",
            "C:\\x.csv",
            "x" * 119 + "..csv",
        ]
    )
)
def test_an_upload_s_name_is_made_harmless(name: str) -> None:
    kept = files.keep_upload(name, BytesIO(b"content"))
    assert kept.read_bytes() == b"content"
    assert kept.resolve().is_relative_to(session.workspace().home.resolve() / "uploads")
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}", kept.name), kept.name
    assert kept.name.endswith(".jsonl") or not name.endswith("a.jsonl")


# Jobs


def over(job: str) -> None:
    deadline = time.monotonic() + WAIT
    while not jobs.is_over(job):
        assert time.monotonic() < deadline, "the job did not end"
        time.sleep(0.02)


def test_a_job_answers_in_json(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"instruction": "a", "output": "b"}\n')
    job = jobs.start(
        *jobs.arguments_of([str(tmp_path / "a.jsonl")], {"response": "instruction", "prompt": ""}, separator=None)
    )
    over(job)
    answer = jobs.result(job)
    assert (answer["rows"], answer["roles"]) == (1, {"response": "instruction"})


def test_a_stopped_job_is_gone_and_says_so(home: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.jsonl")  # whoever reads it waits for ever
    job = jobs.start("open", "--", str(tmp_path / "endless.jsonl"))
    process = jobs.started_processes()[job]
    assert not jobs.is_over(job)
    jobs.stop(job)
    assert jobs.is_over(job) and process.returncode == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    with pytest.raises(JobError, match="was stopped before it was complete"):
        jobs.result(job)
    jobs.stop(job)


def test_a_job_nobody_knows_is_over_without_an_answer(home: Path) -> None:
    assert jobs.is_over("of-yesterday")
    with pytest.raises(JobError, match="Start it again"):
        jobs.result("of-yesterday")


def test_the_choices_of_the_page_reach_the_command_line() -> None:
    arguments = jobs.arguments_of(["-x.csv"], {"label": "a=b"}, separator="\t", header=False)
    assert arguments == ["open", "--role", "label=a=b", "--separator", "\t", "--no-header", "--", "-x.csv"]
