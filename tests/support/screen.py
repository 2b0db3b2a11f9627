"""What a test sees of Winnow's pages in a browser: are they settled, what do they count, did anything of the data run?"""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from analysis.annotations import open_annotations
from analysis.catalogue import CATALOGUE
from analysis.dataset import Dataset
from analysis.view import View
from tests.support.browser import ROOT, Server
from ui.session.places import ADDRESSES

SHOWN_AT_ONCE = ("lengths", "tokens", "exact_duplicates", "conflicts", "language", "formatting")
COMPILING = 420.0  # seconds; the first run on a machine compiles the loops that find near duplicates
DEADLINE = 60.0  # seconds; two busy cores are no fault of the code
expect.set_options(timeout=DEADLINE * 1000)
PRESS = """keys => { for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown",
  { key, code: /[0-9]/.test(key) ? "Digit" + key : "Key" + key.toUpperCase(), bubbles: true, composed: true, cancelable: true })) }"""
DAMAGE = """() => {
  const faults = [], moved = [], seen = [];
  const collect = root => { for (const node of root.querySelectorAll("*")) { seen.push(node); if (node.shadowRoot) collect(node.shadowRoot) } };
  collect(document);
  if (window.__x !== undefined) faults.push(`a script ran: window.__x is ${window.__x}`);
  for (const node of seen) {
    const name = node.localName;
    for (const at of ["src", "href", "xlink:href", "action", "srcset", "data"])
      if ((node.getAttribute(at) ?? "").includes("evil.test") || /^javascript:/i.test(node.getAttribute(at) ?? ""))
        faults.push(`<${name} ${at}="${node.getAttribute(at)}">`);
    if (["iframe", "object", "embed", "base"].includes(name)) faults.push(`a <${name}>`);
    for (const { name: at } of node.attributes) if (/^on/.test(at)) faults.push(`<${name} ${at}>`);
    if (getComputedStyle(node).position === "fixed" && !node.closest("[data-testid=stFileDropzone]")) {
      const { width, height } = node.getBoundingClientRect();
      if (width * height > .3 * innerWidth * innerHeight && getComputedStyle(node).pointerEvents !== "none")
        faults.push(`<${name} class="${node.className}"> is fixed over the page`);
    }
  }
  for (const scroller of [document.scrollingElement, ...document.querySelectorAll("[data-testid=stMain]")])
    if (scroller.scrollWidth > scroller.clientWidth + 1)
      moved.push(`the page is ${scroller.scrollWidth} wide in ${scroller.clientWidth}: ` + seen.filter(n => n.getBoundingClientRect().right > innerWidth + 1
        && n.closest("[data-testid=stMain]")).slice(-3).map(n => `${n.localName}.${n.className}`).join(", "));
  for (const text of document.querySelectorAll("[data-testid=stText]"))
    for (let around = text.parentElement; around; around = around.parentElement)
      if (/hidden|clip|auto/.test(getComputedStyle(around).overflowX) && around.clientWidth &&
          text.getBoundingClientRect().right > around.getBoundingClientRect().right + 2) {
        moved.push(`cut off: ${text.innerText.slice(0, 60)}`);
        break;
      }
  const title = document.querySelector("h1")?.getBoundingClientRect();
  if (!title || title.top < 0 || title.bottom > innerHeight) moved.push("the title is not in sight");
  else if (!document.elementFromPoint(title.x + 4, title.y + title.height / 2)?.closest("h1")) moved.push("something lies over the title");
  return [faults, moved];
}"""


def menu() -> dict[str, str]:
    """The path of every page the menu lists, with its title, in the menu's order."""
    titles = {}
    for call in ast.walk(ast.parse((ROOT / "ui" / "menu.py").read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "page":
            name = ast.literal_eval(call.args[0])
            options = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
            titles["/" if options.get("default") else f"/{ADDRESSES.get(name, name)}"] = str(options["title"])
    assert len(titles) == len(list((ROOT / "pages").glob("*.py")))
    return titles


def sections() -> dict[str, str]:
    """The title of every page that lies in a section of the menu, with the section's name."""
    tree = ast.parse((ROOT / "ui" / "menu.py").read_text(encoding="utf-8"))
    listed = next(node for node in ast.walk(tree) if isinstance(node, ast.Dict))
    return {
        str(word.value.value): str(name.value)
        for name, pages in zip(listed.keys, listed.values, strict=True)
        for call in ast.walk(pages)
        if isinstance(call, ast.Call)
        for word in call.keywords
        if isinstance(name, ast.Constant)
        and name.value
        and word.arg == "title"
        and isinstance(word.value, ast.Constant)
    }


def go(page: Page, title: str) -> None:
    """Follows the menu, through the section that holds the page where it lies in one."""
    menu_bar = page.get_by_role("navigation")
    if section := sections().get(title):
        menu_bar.get_by_role("button", name=section).click()
        page.get_by_role("menuitem", name=title).click()
    else:
        menu_bar.get_by_role("link", name=title).click()
    settled(page, title)


def address(server: Server, path: str, dataset: Dataset, view: View | None = None) -> str:
    """A link to these rows."""
    query = urlencode([("d", dataset.id), *(("f", text) for text in (view or View()).to_params())], quote_via=quote)
    return f"{server.url}{path}?{query}"


def settled(page: Page, title: str) -> None:
    """Waits until the page of that title has been drawn and no script of the server runs."""
    expect(page.locator("h1", has_text=re.compile(f"^{re.escape(title)}$"))).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)


def counted(page: Page, rows: int) -> None:
    """Waits until the view bar counts so many rows."""
    expect(page.locator(f'.view-bar[data-count="{rows:,}"]')).to_be_visible()


def widget(page: Page, key: str) -> Locator:
    """The element that the page made under this key."""
    return page.locator(f".st-key-{key}")


def chips(page: Page) -> Locator:
    return page.locator(".view-bar .chip .words")


def view_of(page: Page) -> View:
    """The view as the address says it."""
    return View.from_params(parse_qs(urlsplit(page.url).query, keep_blank_values=True).get("f", []))


def dataset_of(page: Page, home: Path) -> Dataset:
    """The dataset that the address names, read from the server's workspace, tags and all."""
    dataset = Dataset(home / "datasets" / parse_qs(urlsplit(page.url).query)["d"][0], CATALOGUE)
    notes = open_annotations(home)
    dataset.set_tags(notes.tags.standing(dataset.fingerprint), notes.tags.revision(dataset.fingerprint))
    return dataset


def same_rows(page: Page, home: Path) -> int:
    """Waits until the bar counts what the address asks for, as the package answers it without a screen; that count."""
    rows = len(dataset_of(page, home).rows_of(view_of(page)))
    counted(page, rows)
    return rows


def until(true: Callable[[], bool], what: str, patience: float = DEADLINE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {patience:.0f} s"
        time.sleep(0.05)


def computed(dataset: Dataset) -> None:
    """Waits until the columns that come by themselves after opening are there."""
    by_themselves = [signal for signal in dataset.signals() if signal.name in SHOWN_AT_ONCE]
    until(lambda: all(map(dataset.has, by_themselves)), "computing every signal", COMPILING)


def read_row(page: Page, at: int) -> str:
    """Waits until the reader shows the row at this 0-based position, whole; its id."""
    reader = page.locator(f'.reader[data-at="{at}"]:not([data-row=""])')
    expect(reader).to_be_visible()
    return str(reader.get_attribute("data-row"))


def saved(page: Page) -> None:
    """Waits until every tag pressed is stored."""
    expect(page.locator('.reader[data-save="saved"]')).to_be_visible()


def undamaged(page: Page, patience: float = DEADLINE) -> None:
    """Nothing of the data ran, became markup, moved the page or was cut off; charts may take a moment to follow a new width."""
    deadline = time.monotonic() + patience
    while True:
        harm, moved = page.evaluate(DAMAGE)
        assert not harm, f"{page.url}\n{json.dumps(harm, indent=1, ensure_ascii=False)}"
        if not moved:
            return
        assert time.monotonic() < deadline, f"{page.url}\n{json.dumps(moved, indent=1, ensure_ascii=False)}"
        page.wait_for_timeout(100)


def choose(page: Page, key: str, name: str) -> None:
    """Picks an option of a selectbox by typing."""
    field = widget(page, key).get_by_role("combobox")
    field.click()
    field.fill(name)
    page.get_by_role("option", name=name, exact=True).first.click()


def click_until(button: Locator, shown: Locator) -> None:
    """Clicks until that is seen: a click that falls into the redrawing of its popover is lost."""
    for _ in range(5):
        button.click()
        try:
            expect(shown).to_be_visible(timeout=5_000)
        except AssertionError:
            continue
        return
    expect(shown).to_be_visible()
