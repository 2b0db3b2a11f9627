"""Does every page open alone on any data, take its view from the link, and say what to do where there is nothing to see?"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import JobError
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.browser import ROOT
from ui.session import jobs

PAGES = sorted((ROOT / "pages").glob("*.py"))
ON_DATA = [path for path in PAGES if path.name != "open.py"]
DEADLINE = 60.0  # seconds; a busy machine is no fault of a page


def lines(records: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


FILES = {
    "tiny.jsonl": lines(
        {
            "instruction": f"Question {i}?",
            "output": "" if i == 7 else f"Answer {i % 9} at some length. " * i,
            "source": "ab"[i % 2],
        }
        for i in range(20)  # type: ignore[arg-type]
    ),
    "one.jsonl": lines([{"instruction": "A single question?", "output": "One"}]),
    "table.csv": "size,shade,when\n" + "".join(f"{i},{('red', 'blue')[i % 2]},2024-01-{i + 1:02}\n" for i in range(20)),
    "numbers.csv": "x,y\n" + "".join(f"{i},{i * i / 7}\n" for i in range(20)),
    "raw.txt": "The first paragraph.\nThe second one, a little longer.\n",
    "damaged.jsonl": '{"instruction": "a", "output": "b"}\nno record at all\n{"instruction": "c", "output": null}\n',
}


@pytest.fixture(scope="module", autouse=True)
def data(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    """Each dataset as opened, and again with every signal computed, in a workspace of this file's own."""
    folder = tmp_path_factory.mktemp("data")
    found: dict[str, Dataset] = {}
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / f"bare-{name}").write_text(text + ("\n" if name.endswith(".jsonl") else ""), encoding="utf-8")
        found[name] = Workspace().open([folder / name])
    for sample in ("hostile", "chats", "preferences"):
        found[sample] = Workspace().open([ROOT / "sample_data" / f"{sample}.jsonl"])
    for dataset in found.values():
        for signal in dataset.signals():
            compute(dataset, signal)
    found["bare"] = Workspace().open([folder / "bare-tiny.jsonl"])
    return found


def run(page: Path, dataset: Dataset | None = None, *filters: str) -> AppTest:
    """One page alone, as a link to it opens it."""
    at = AppTest.from_file(page, default_timeout=DEADLINE)
    if dataset is not None:
        at.query_params["d"] = dataset.id
    if filters:
        at.query_params["f"] = list(filters)
    return well(at.run())


def well(at: AppTest) -> AppTest:
    assert not at.exception, at.exception[0].stack_trace
    assert len(at.title) == 1
    assert not at.error, [error.value for error in at.error]
    return at


def texts(at: AppTest) -> str:
    return "\n".join(text.value for text in at.text)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def rows_metric(at: AppTest) -> int:
    return int(next(metric.value for metric in at.metric if metric.label == "Rows").replace(",", ""))


def offers_samples(at: AppTest) -> None:
    for path in (ROOT / "sample_data").glob("*.jsonl"):
        assert at.button(key=f"sample_{path.stem}").label


def address(at: AppTest, name: str) -> list[str]:
    said = at.query_params.get(name, [])
    return [said] if isinstance(said, str) else said


OVERVIEW = ROOT / "pages" / "overview.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_with_nothing_open_a_page_says_what_to_do(page: Path, home: Path) -> None:
    at = run(page)
    offers_samples(at)
    assert ("No dataset is open" in texts(at)) == (page.stem != "open")


RUN_AGAIN = ("tiny.jsonl", "chats", "bare")  # with texts, with chats, with nothing computed


@pytest.mark.parametrize("name", [*FILES, "hostile", "chats", "preferences", "bare"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens_on(page: Path, name: str, data: dict[str, Dataset]) -> None:
    at = run(page, data[name])
    assert "No dataset is open" not in texts(at)
    assert not at.warning
    if name in RUN_AGAIN:
        well(at.run())


@pytest.mark.parametrize("name", ["tiny.jsonl", "hostile", "chats", "preferences"])
@pytest.mark.parametrize("page", ON_DATA, ids=lambda page: page.stem)
def test_a_page_with_filters_and_one_without_a_row_left(page: Path, name: str, data: dict[str, Dataset]) -> None:
    dataset = data[name]
    run(page, dataset, "row_tokens~ge~5", "source~notnull", "*~!has~x")
    at = run(page, dataset, "row_tokens~ge~1000000000")
    if page.stem == "findings":
        assert "the filters above do not change them" in texts(at)
    else:
        assert f"None of the {dataset.height:,} rows passes all filters" in texts(at)


@pytest.mark.parametrize("name", ["hostile", "table.csv"])
def test_filters_on_every_column_and_its_first_value(name: str, data: dict[str, Dataset]) -> None:
    dataset = data[name]
    for column, dtype in dataset.originals.items():
        value = dataset.column(column).drop_nulls().first()
        filters = View().where(column, "notnull").where(column, "in" if dtype.is_numeric() else "eq", value).to_params()
        at = run(OVERVIEW, dataset, *filters)
        assert not at.warning, column
        assert rows_metric(at) == len(dataset.rows_of(View.from_params(filters))) > 0, column


def test_files_that_hold_no_record_are_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "head.csv").write_text("prompt,response\n")
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(tmp_path))
    at = AppTest.from_file(ROOT / "pages" / "open.py", default_timeout=DEADLINE).run()
    at.multiselect(key="picked").set_value([str(tmp_path / "head.csv")]).run()
    assert [error.value for error in at.error] == ["This cannot be opened."]
    assert "head.csv holds no records" in texts(at)
    assert not [label for label in labels(at) if label.startswith("Open ")]


def test_a_link_opens_the_same_rows(data: dict[str, Dataset]) -> None:
    dataset = data["tiny.jsonl"]
    view = View().where("source", "in", "a").where("response", "notblank").where("row_tokens", "range", "10~60")
    at = run(OVERVIEW, dataset, *view.to_params())
    assert 0 < rows_metric(at) == len(dataset.rows_of(view)) < 20
    assert address(at, "f") == view.to_params()


def test_the_view_of_a_session_survives_a_silent_address(data: dict[str, Dataset]) -> None:
    at = run(OVERVIEW, data["tiny.jsonl"], "source~in~a")
    at.query_params.clear()
    well(at.run())
    assert rows_metric(at) == 10
    assert (address(at, "f"), address(at, "d")) == (["source~in~a"], [data["tiny.jsonl"].id])
    at.query_params["f"] = ["source~in~a", "response~blank"]
    assert rows_metric(well(at.run())) == 1


BROKEN = (
    "nonsense",
    "source~nearly~a",
    "no such column~eq~1",
    "tags~eq~keep",
    "prompt~re~(a",
    "row_tokens~ge~many",
    "row_tokens~range~1",
    "~eq~",
    "prompt~range~a~b~c",
)
ON_EVERY_PAGE = ("nonsense", "prompt~re~(a")  # one that is no filter, and one that no column can be asked


@pytest.mark.parametrize(
    ("page", "broken"),
    [(page, broken) for page in ON_DATA for broken in (BROKEN if page == OVERVIEW else ON_EVERY_PAGE)],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_a_link_that_cannot_be_read_shows_every_row_and_says_so(
    page: Path, broken: str, data: dict[str, Dataset]
) -> None:
    at = run(page, data["tiny.jsonl"], broken)
    assert [warning.value for warning in at.warning] == [
        "The filters of this link could not be read, so all rows are shown."
    ]
    assert "f" not in at.query_params
    if page == OVERVIEW:
        assert rows_metric(at) == 20


@pytest.mark.parametrize("page", ON_DATA, ids=lambda page: page.stem)
def test_a_link_to_data_that_is_not_opened_here(page: Path, data: dict[str, Dataset]) -> None:
    at = AppTest.from_file(page, default_timeout=DEADLINE)
    at.query_params["d"] = "0123456789abcdef"
    assert "not in this workspace" in well(at.run()).warning[0].value
    offers_samples(at)
    at = AppTest.from_file(page, default_timeout=DEADLINE)
    at.query_params["d"], at.query_params["n"] = "0123456789abcdef", "tiny.jsonl"
    assert "other data with the same name" in well(at.run()).warning[0].value
    assert address(at, "d") == [data["tiny.jsonl"].id]


@pytest.mark.parametrize("page", [page for page in ON_DATA if page.stem != "findings"], ids=lambda page: page.stem)
def test_a_view_whose_signal_is_missing_offers_to_compute_it(page: Path, data: dict[str, Dataset]) -> None:
    at = run(page, data["bare"], "row_tokens~ge~5", "is_duplicate_extra~eq~false")
    assert {"Compute tokens", "Compute exact duplicates"} <= set(labels(at))
    assert "The filters need these columns first." in texts(at)
    assert not at.metric


def test_any_session_sees_who_computes_and_may_stop_it(data: dict[str, Dataset]) -> None:
    bare = data["bare"]
    with FileLock(bare.folder / f"{bare.signal('tokens').key}.lock"):  # as the process that computes holds it
        at = run(OVERVIEW, bare, "row_tokens~ge~5")
        assert (labels(at).count("Stop"), labels(at).count("Compute tokens")) == (1, 0)
    assert "Compute tokens" in labels(run(OVERVIEW, bare, "row_tokens~ge~5"))


def test_a_failing_job_s_own_line_reaches_the_page(home: Path, tmp_path: Path) -> None:
    (tmp_path / "twice.jsonl").write_text("\n")
    at = AppTest.from_file(OVERVIEW, default_timeout=DEADLINE)
    job = at.session_state["opening"] = jobs.start("open", "--", str(tmp_path / "twice.jsonl"))
    deadline = time.monotonic() + DEADLINE
    while not jobs.is_over(job) and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(JobError, match=r"twice\.jsonl") as caught:
        jobs.result(job)
    at.run()
    assert not at.exception
    assert [error.value for error in at.error] == ["That did not work."]
    assert str(caught.value) in texts(at)
    assert "\n" not in str(caught.value)
    well(at.run())


def opens_and_waits(at: AppTest) -> AppTest:
    """Runs the page until the job it waits for is over, as the browser would have it do."""
    deadline = time.monotonic() + DEADLINE
    while "opening" in at.session_state and time.monotonic() < deadline:
        time.sleep(0.1)
        well(at.run())
    return at


def test_a_sample_opens_by_one_click_and_its_columns_come_by_themselves(home: Path) -> None:
    at = run(OVERVIEW)
    at.button(key="sample_chats").click().run()
    at = opens_and_waits(at)
    assert rows_metric(at) == 400
    dataset = Workspace().dataset(address(at, "d")[0])
    deadline = time.monotonic() + DEADLINE
    while not dataset.has(dataset.signal("tokens")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "Tokens" in [metric.label for metric in well(at.run()).metric]


def test_another_session_finds_what_a_job_of_a_closed_one_made(home: Path, data: dict[str, Dataset]) -> None:
    at = AppTest.from_file(OVERVIEW, default_timeout=DEADLINE)
    job = at.session_state["opening"] = jobs.start("open", "--", data["tiny.jsonl"].meta["files"][0]["path"])
    del at  # the browser is closed before the job is over
    deadline = time.monotonic() + DEADLINE
    while not jobs.is_over(job) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert r"tiny\.jsonl" in labels(run(ROOT / "pages" / "open.py"))


def step(acts: list[str]) -> None:
    import streamlit

    from analysis.view import View
    from ui.session import session

    for act in acts:
        if act in ("undo", "redo"):
            getattr(session, act)()
        else:
            session.set_view(View().where("source", "eq", act))
    streamlit.session_state["seen"] = (session.view().to_params(), session.can_undo(), session.can_redo())


@given(st.lists(st.sampled_from(["a", "b", "c", "undo", "undo", "redo"]), max_size=14))
@settings(max_examples=25)
def test_undo_and_redo_walk_the_views_as_they_were(acts: list[str]) -> None:
    at = AppTest.from_function(step, kwargs={"acts": acts}, default_timeout=DEADLINE).run()
    assert not at.exception
    walked: list[list[str]] = [[]]
    place = 0
    for act in acts:
        if act == "undo":
            place = max(place - 1, 0)
        elif act == "redo":
            place = min(place + 1, len(walked) - 1)
        elif walked[place] != [f"source~eq~{act}"]:
            walked = [*walked[: place + 1], [f"source~eq~{act}"]]
            place += 1
    assert at.session_state["seen"] == (walked[place], place > 0, place < len(walked) - 1)
    assert address(at, "f") == walked[place]
