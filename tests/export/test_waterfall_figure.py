"""Does the waterfall of an export keep its bars and its numbers in sight, however long the names of its steps are?"""

from __future__ import annotations

from ui.figures import LIGHT, waterfall

NAMES = [
    "all records of the source",
    "response does not contain “I cannot help you with that, I am <b>sorry</b>”",
    "new",
]


def test_names_and_numbers_are_above_bars_that_take_the_whole_width() -> None:
    figure = waterfall(NAMES, [1_000_000, 900_000, 900_500], LIGHT)
    texts = {(a.y, a.xanchor): a.text for a in figure.layout.annotations}
    rows = sorted({y for y, _ in texts}, reverse=True)  # the first step is at the top
    assert [texts[y, "left"] for y in rows] == [NAMES[0], "response does not contain “I cannot help yo…", "new"]
    assert [texts[y, "right"] for y in rows] == ["1,000,000", "900,000  (−100,000)", "900,500  (+500)"]
    assert not figure.layout.xaxis.visible and not figure.layout.yaxis.visible
    assert (figure.layout.margin.l, figure.layout.margin.r) == (0, 0)
    assert tuple(figure.layout.xaxis.range) == (0, 1_000_000)
    bars = [list(trace.x) for trace in figure.data]
    assert bars == [[900_000, 1_000_000, 1_000_000], [900_500, 900_000, 1_000_000], [500, 0, 0]]


def test_a_name_is_never_markup() -> None:
    [name, _] = waterfall(["<a href='x'>click</a>"], [3], LIGHT).layout.annotations
    assert name.text == "&lt;a href='x'&gt;click&lt;/a&gt;"
