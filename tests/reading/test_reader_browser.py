"""Does the row reader, in a real browser, lose no key, store every tag once, and stay deaf to hostile text?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.apps.reader_app import HOSTILE
from tests.support.browser import Server

pytestmark = pytest.mark.browser

PRESS = """keys => { for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown",
  { key, code: /[0-9]/.test(key) ? "Digit" + key : "Key" + key.toUpperCase(), bubbles: true, composed: true, cancelable: true })) }"""
TAGS = ["keep", "drop", "fix", "pii", "later"]


@pytest.fixture(scope="module")
def app(server: Callable[..., Server]) -> Server:
    return server(script="tests/support/apps/reader_app.py")


@pytest.fixture
def read(app: Server, page: Page) -> Iterator[Callable[[int], Page]]:
    """`read(at)`: the reader at a 0-based position. Nothing it shows may run a script."""

    def at(position: int) -> Page:
        page.goto(f"{app.url}/?at={position}")
        shows(page, position)
        return page

    yield at
    assert page.evaluate("typeof window.__x") == "undefined"


def shows(page: Page, at: int) -> Locator:
    """Waits until the reader shows this row, whole; its body."""
    expect(page.locator(f'.reader[data-at="{at}"][data-row="{at:016x}"]')).to_be_visible()
    return page.locator(".reader .main")


def burst(page: Page, keys: str) -> None:
    """All keys within a few milliseconds, faster than any server answers."""
    page.evaluate(PRESS, list(keys))


def changes(page: Page) -> list[list[object]]:
    """[row id, tag, on, is undo] of everything stored since the server began."""
    return json.loads(page.get_by_test_id("stCode").inner_text())


def stored(page: Page, before: int, number: int) -> list[list[object]]:
    """Waits until `number` changes have come after the first `before`, and nothing is on its way."""
    expect(page.locator('.reader[data-save="saved"]')).to_be_visible(timeout=20_000)
    page.wait_for_function(
        "([selector, n]) => JSON.parse(document.querySelector(selector).innerText).length >= n",
        arg=['[data-testid="stCode"]', before + number],
    )
    return changes(page)[before:]


def test_120_keys_move_120_rows_and_back(read: Callable[[int], Page]) -> None:
    page = read(0)
    for _ in range(120):
        page.keyboard.press("j")
    shows(page, 120)
    expect(page.locator(".position")).to_have_value("121")
    for _ in range(3):
        page.keyboard.press("k")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    shows(page, 117)
    page.wait_for_url("**/?at=117")


def test_a_reader_that_outruns_the_window_loses_no_key(read: Callable[[int], Page]) -> None:
    page = read(0)
    burst(page, "j" * 300)
    assert page.locator(".reader").get_attribute("data-at") == "300"
    shows(page, 300)
    burst(page, "k" * 400)
    shows(page, 0)
    expect(page.get_by_role("button", name="Previous row (K)")).to_be_disabled()


def test_a_tag_pressed_before_its_row_is_there_lands_on_it(read: Callable[[int], Page]) -> None:
    page = read(0)
    before = len(changes(page))
    burst(page, "j" * 200 + "5")
    shows(page, 200)
    assert stored(page, before, 1) == [[f"{200:016x}", "later", True, False]]


def test_tags_pressed_faster_than_the_server_answers_are_stored_once_each(read: Callable[[int], Page]) -> None:
    page = read(400)
    before = len(changes(page))
    burst(page, "123j" * 10)
    page.keyboard.press("4")
    expected = [[f"{400 + i:016x}", tag, True, False] for i in range(10) for tag in TAGS[:3]]
    assert stored(page, before, 31) == [*expected, [f"{410:016x}", "pii", True, False]]
    page.wait_for_url("**/?at=410")
    page.reload()
    shows(page, 410)
    pressed = [page.get_by_role("button", name=tag).get_attribute("aria-pressed") for tag in TAGS]
    assert pressed == ["false", "false", "false", "true", "false"]
    assert len(changes(page)) == before + 31


def test_undo_goes_back_to_the_row_and_takes_the_tag_off(read: Callable[[int], Page]) -> None:
    page = read(500)
    before = len(changes(page))
    keep = page.get_by_role("button", name="keep")
    page.keyboard.press("1")
    expect(keep).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("j")
    shows(page, 501)
    expect(keep).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("u")
    shows(page, 500)
    expect(keep).to_have_attribute("aria-pressed", "false")
    row = f"{500:016x}"
    assert stored(page, before, 2) == [[row, "keep", True, False], [row, "keep", False, True]]
    keep.click()
    expect(keep).to_have_attribute("aria-pressed", "true")
    stored(page, before, 3)


def test_a_lost_message_is_sent_again_and_survives_a_reload(read: Callable[[int], Page]) -> None:
    page = read(600)
    before = len(changes(page))
    lose = page.get_by_role("button", name="Lose a message")
    lose.click()
    page.keyboard.press("2")
    expect(page.locator('.reader[data-save="saving"]')).to_be_visible()
    assert stored(page, before, 1) == [[f"{600:016x}", "drop", True, False]]
    lose.click()
    page.keyboard.press("j")
    page.keyboard.press("3")
    assert page.evaluate("Object.values(sessionStorage).join()").count('"fix"') == 1
    page.reload()
    shows(page, page.evaluate("+new URL(location).searchParams.get('at')"))
    assert stored(page, before + 1, 1) == [[f"{601:016x}", "fix", True, False]]
    assert page.evaluate("Object.values(sessionStorage).join()").count('"fix"') == 0


def test_a_shows_the_next_row_after_a_tag_until_it_is_pressed_again(read: Callable[[int], Page]) -> None:
    page = read(900)
    before = len(changes(page))
    page.keyboard.press("a")
    burst(page, "12")
    shows(page, 902)
    expect(page.get_by_role("button", name="Next after a tag A")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("3")
    expected = [[f"{900 + i:016x}", tag, True, False] for i, tag in enumerate(TAGS[:3])]
    assert stored(page, before, 3) == expected
    shows(page, 902)
    expect(page.get_by_role("button", name="Next after a tag A")).to_be_hidden()


def test_five_reruns_leave_one_listener(read: Callable[[int], Page]) -> None:
    page = read(40)
    before = len(changes(page))
    for run in range(1, 6):
        page.get_by_role("button", name="Run again").click()
        expect(page.get_by_text(f"runs {run}", exact=True)).to_be_visible()
    page.keyboard.press("j")
    shows(page, 41)
    page.keyboard.press("4")
    assert len(stored(page, before, 1)) == 1


def test_a_message_that_a_later_one_overtook_does_not_make_the_reader_deaf(read: Callable[[int], Page]) -> None:
    """Streamlit then ends the first drawing after the second has begun; a key between them must not be lost."""
    page = read(700)
    before = len(changes(page))
    ends = """() => {
      const parts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].map((part) => part.shadowRoot);
      const parentElement = parts.find((part) => part.winnowReader), { data, setState } = parentElement.winnowReader;
      const end = winnowReaderCode.draw({ parentElement, data, setStateValue: setState });
      winnowReaderCode.draw({ parentElement, data, setStateValue: setState });
      end();
    }"""
    page.evaluate(ends)
    burst(page, "1k2k13")
    expected = [(700, "keep"), (699, "drop"), (698, "keep"), (698, "fix")]
    assert stored(page, before, 4) == [[f"{at:016x}", tag, True, False] for at, tag in expected]


def test_a_reader_that_streamlit_takes_away_and_puts_back_is_the_same(read: Callable[[int], Page]) -> None:
    """A message while the page is drawn again does that. Neither the place nor a key pressed in between is lost."""
    page = read(750)
    before = len(changes(page))
    away = """() => {
      const parts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].map((part) => part.shadowRoot);
      const { winnowReader: reader } = parts.find((part) => part.winnowReader), { data, setState } = reader;
      const holder = reader.root.parentNode, parentElement = document.createElement("div");
      const end = winnowReaderCode.draw({ parentElement: holder, data, setStateValue: setState });
      reader.root.remove();
      end();
      globalThis.putBack = () => {
        (holder.host ?? holder).parentNode.append(parentElement);
        winnowReaderCode.draw({ parentElement, data, setStateValue: setState });
      };
    }"""
    burst(page, "jj1")
    page.evaluate(away)
    burst(page, "k2")
    page.evaluate("putBack()")
    shows(page, 751)
    burst(page, "3")
    expected = [(752, "keep"), (751, "drop"), (751, "fix")]
    assert stored(page, before, 3) == [[f"{at:016x}", tag, True, False] for at, tag in expected]


def test_the_code_of_the_reader_is_sent_once(app: Server, page: Page) -> None:
    frames: list[bytes] = []
    page.on(
        "websocket",
        lambda channel: channel.on(
            "framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode())
        ),
    )
    page.goto(f"{app.url}/?at=800")
    shows(page, 800)
    assert sum(b"function drawReader" in frame for frame in frames) == 1
    page.keyboard.press("1")
    expect(page.locator('.reader[data-save="saved"]')).to_be_visible()
    page.keyboard.press("j")
    page.wait_for_url("**/?at=801")
    assert sum(b"function drawReader" in frame for frame in frames) == 1


def test_go_to_unfold_raw_and_the_list_of_keys(read: Callable[[int], Page]) -> None:
    page = read(0)
    page.keyboard.press("g")
    page.keyboard.type("1,913")
    page.keyboard.press("Enter")
    body = shows(page, 1912)
    more = body.get_by_role("button", name="more characters")
    folded = len(body.inner_text())
    page.keyboard.press("f")
    expect(more).to_have_count(0)
    assert len(body.inner_text()) > folded + 500
    page.keyboard.press("f")
    more.click()
    expect(more).to_have_count(0)
    page.keyboard.press("x")
    expect(body.locator("pre")).to_contain_text('"messages": [')
    page.keyboard.press("x")
    expect(body.locator("pre")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_text("previous row")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("previous row")).to_be_hidden()


def test_typing_elsewhere_and_shortcuts_move_nothing(read: Callable[[int], Page]) -> None:
    page = read(800)
    before = len(changes(page))
    page.get_by_label("Search").press_sequentially("jk1u")
    page.keyboard.press("Control+j")
    page.get_by_text("runs", exact=False).click()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Alt+j")
    shows(page, 800)
    assert len(changes(page)) == before


def test_a_search_is_marked_and_keeps_the_place(read: Callable[[int], Page]) -> None:
    page = read(801)
    page.get_by_label("Search").fill("BLUE Light")
    page.get_by_label("Search").press("Enter")
    body = shows(page, 801)
    expect(body.locator("mark.hit").first).to_be_visible()
    assert {text.lower() for text in body.locator(".chosen mark.hit").all_inner_texts()} == {"blue light"}
    hits = page.get_by_role("button", name=re.compile("hits? N$"))
    expect(hits).to_have_text("1 of 2 hits N")
    hits.click()
    expect(hits).to_have_text("2 of 2 hits N")
    expect(body.locator("mark.hit.now")).to_have_count(1)
    body.click(position={"x": 2, "y": 2})
    page.keyboard.press("n")
    expect(hits).to_have_text("1 of 2 hits N")
    expect(body.get_by_text("% of the words are in both answers.")).to_be_visible()
    assert body.locator("mark.add, mark.del").count() == 0  # little in common: a difference would mark nearly all
    page.keyboard.press("d")
    assert body.locator(".chosen mark.add").count() > 2 and body.locator(".rejected mark.del").count() > 2


def test_hostile_text_is_shown_as_it_is_written(read: Callable[[int], Page]) -> None:
    page = read(2)
    body = shows(page, 2)
    written = body.locator(".assistant .text").inner_text()
    assert all(line in written for line in HOSTILE)
    assert body.locator("script, img, iframe, form, svg, style, a").count() == 0
    chips = {chip.get_attribute("data-code"): chip.inner_text() for chip in body.locator(".chip").all()}
    assert chips == {
        "U+202E": "RLO",
        "U+202C": "PDF",
        "U+200B": "ZWSP",
        "U+0000": "NUL",
        "U+001B": "ESC",
        "U+00AD": "SHY",
        "U+FEFF": "BOM",
        "U+E0041": "TAG A",
        "U+E0042": "TAG B",
    }
    assert "\u202e" not in body.inner_text() and "👩\u200d🔬" in body.inner_text() and "\ttabbed" in written
    assert body.locator(".space").get_attribute("title") == "U+00A0 no-break space"
    page.keyboard.press("x")
    expect(body.locator("pre")).to_contain_text("<script>")
    page.keyboard.press("x")
    burst(page, "j" * 20)
    shows(page, 22)


def test_a_span_after_an_emoji_marks_the_right_letters(read: Callable[[int], Page]) -> None:
    page = read(4)
    assert shows(page, 4).locator("mark.pii").inner_text() == "anna.kowalski4@example.com"
    page.get_by_label("Search").fill("You can reach")
    page.get_by_label("Search").press("Enter")
    expect(page.locator(".reader mark.hit")).to_have_text("You can reach")
    assert page.locator(".reader .code").first.inner_text().startswith("```python\ndef ")


def test_a_pair_stands_side_by_side_and_one_below_the_other_when_narrow(read: Callable[[int], Page]) -> None:
    page = read(1)
    body = shows(page, 1)
    chosen, rejected, meta = (body.locator(place) for place in (".chosen", ".rejected", ".meta"))

    def box(part: Locator) -> dict[str, float]:
        return part.evaluate("part => part.getBoundingClientRect().toJSON()")

    assert box(chosen)["y"] == box(rejected)["y"] and box(chosen)["x"] < box(rejected)["x"] < box(meta)["x"]
    expect(body.locator(".note")).to_have_count(0)
    expect(page.get_by_role("button", name="fix disputed")).to_be_visible()
    page.set_viewport_size({"width": 700, "height": 900})
    assert box(chosen)["x"] == box(rejected)["x"]
    assert box(chosen)["y"] < box(rejected)["y"] < box(meta)["y"]
    burst(page, "jjjj")
    expect(shows(page, 5).locator(".note")).to_contain_text("different prompts")


def test_earlier_turns_fold_to_a_line_where_the_answers_would_be_below_the_screen(read: Callable[[int], Page]) -> None:
    page = read(801)
    expect(page.locator(".reader .turn-line")).to_have_count(0)
    page.set_viewport_size({"width": 1400, "height": 330})
    page.keyboard.press("j")
    shows(page, 802)
    page.keyboard.press("k")
    line = shows(page, 801).locator(".turn-line")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("Explain why the sky is blue")
    line.click()
    expect(line).to_have_count(0)
    expect(page.locator(".reader .section.user")).to_contain_text("Explain why the sky is blue")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_in_light_and_dark(
    read: Callable[[int], Page], page: Page, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    body = shows(read(8), 8)
    page.keyboard.press("1")
    page.keyboard.press("1")
    contrast = """part => { const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const light = colour => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255)
          .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0) };
      const bar = part.getRootNode().querySelector(".bar");
      const [a, b] = [light(getComputedStyle(bar).backgroundColor), light(getComputedStyle(part).color)];
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) }"""
    for part in (".assistant .text", ".system .text", ".role", ".tokens", ".meta dt", ".row-id"):
        assert body.page.locator(f".reader {part}").first.evaluate(contrast) >= 4.5, part
    background = page.locator(".reader .bar").evaluate("part => getComputedStyle(part).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
