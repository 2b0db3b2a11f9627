"""A screen with nothing but the row reader over 2,000 made-up rows, hostile ones among them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from analysis.reading.payload import Hit, payload, within_budget
from ui.components.reader import place_in, read_log, reader

ROWS, WINDOW, BACK = 2_000, 60, 20
TAGS = ["keep", "drop", "fix", "pii", "later"]
DATASET = "made-up"
HOSTILE = [
    "<script>window.__x=1;new Image().src='http://evil.test/1'</script>",
    "<img src=x onerror=\"window.__x=2;new Image().src='http://evil.test/2'\">",
    "![pixel](http://evil.test/3.png) [click](javascript:window.__x=3)",
    "</style></textarea></script><svg onload=window.__x=4><style>body{display:none}</style>",
    "<iframe src='http://evil.test/5'></iframe><form action='http://evil.test/6'><input></form>",
]
STRANGE = (
    "invoice\u202etxt.exe\u202c then pay\u200bpal.com, a \x00 and a \x1b[31m, 10\u00a0000 €, soft\u00adhyphen, \ufeffBOM, "
    "tag \U000e0041\U000e0042.\n\ttabbed\n👩‍🔬 and 🏳️‍🌈 stay whole\nこんにちは、世界。中文排版也要清楚。\nمرحبا بالعالم، هذا نص عربي (RTL).\nMixed: the word שלום inside."
)
HEATER = "The flat has been without heating for five days, and the landlord has not answered a single call. "


@st.cache_resource
def stored() -> dict[str, Any]:
    """What a database would hold: the tags of each row, every stored change, and the last change of each client."""
    return {"tags": {}, "changes": [], "acked": {}, "lost": 0}


def chat(i: int) -> dict[str, Any]:
    mail = f"anna.kowalski{i}@example.com"
    code = "```python\ndef fahrenheit(celsius: float) -> float:\n    return celsius * 9 / 5 + 32  # 🥶\n```"
    talk = [
        ("system", "You are a careful assistant. Answer in the language of the question.", None),
        ("user", f"Write an email about a broken heater, from {mail}, phone +49 170 555 {1000 + i}.", None),
        (
            "assistant",
            f"Subject: Heater\n\nPlease send someone, 🙏. You can reach me at {mail}.\n\n{code}\n\nIs that right?",
            None,
        ),
        ("user", "Make it firmer, and look up the tenants' association.", None),
        ("assistant", "", json.dumps([{"name": "search", "arguments": {"query": "tenants' association", "limit": 3}}])),
        ("tool", '{"results": ["Mieterverein e.V."]}', None),
        ("assistant", "Subject: Urgent\n\n" + HEATER * (3 + i % 40), None),
    ]
    messages = [{"role": role, "content": text, "tool_calls": calls} for role, text, calls in talk]
    return {
        "messages": messages,
        "system": talk[0][1],
        "prompt": talk[1][1],
        "response": talk[-1][1],
        "response_tokens": 42 + i,
    }


def pair(i: int) -> dict[str, Any]:
    return {
        "prompt": "Explain why the sky is blue, to a ten-year-old.",
        "response": "Sunlight is a mix of all colours. Tiny molecules of the air scatter blue light much more than red light, so blue reaches your eyes from everywhere.",
        "rejected": "Sunlight is made of colours. The big molecules of the ocean reflect blue light more than red light, and the sky mirrors the ocean.",
        "response_tokens": 31,
        "rejected_tokens": 27,
        "prompts_differ": i % 8 == 5,
    }


def row(i: int) -> dict[str, Any]:
    if i % 4 == 0:
        made = chat(i)
    elif i % 4 == 1:
        made = pair(i)
    elif i % 4 == 2:
        made = {
            "prompt": "Hostile row: " + HOSTILE[i % len(HOSTILE)],
            "response": "\n".join(HOSTILE) + "\n\n" + STRANGE,
        }
    else:
        made = {"text": HEATER * 12} if i % 8 == 3 else {}
    record = {key: value for key, value in made.items() if not key.endswith("_tokens")}
    columns = {
        "source": ["oasst", "<b>uf</b>", "sharegpt"][i % 3],
        "annotator": f"ann_{i % 40:02d}",
        "score": i / 7,
        "reviewed": None,
    }
    return {
        "row_id": f"{i:016x}",
        "source_file": "made_up.jsonl",
        "source_line": i + 1,
        "source_record": json.dumps(record | columns, ensure_ascii=False),
        "tags": sorted(stored()["tags"].get(f"{i:016x}", ())),
        "disputed_tags": ["fix"] if i % 5 == 1 else [],
        **made,
        **columns,
    }


def shown(i: int) -> dict[str, Any]:
    made = row(i)
    prompt = str(made.get("prompt"))
    found = prompt.find("@")
    hits = (
        []
        if found < 0 or i % 4
        else [Hit("prompt", prompt.index("anna"), prompt.index(".com") + 4, "pii", "EMAIL_ADDRESS 1.00")]
    )
    return payload(
        made,
        fields=["source", "annotator", "score", "response_tokens", "reviewed"],
        hits=hits,
        searches=[("has", search)] if search else [],
    )


def store_log() -> None:
    kept = stored()
    for change in read_log(st.session_state.get("reader"), kept["acked"], DATASET):
        if kept["lost"] > 0:  # a lost message: the reader must send it again
            kept["lost"] -= 1
            return
        if change.is_undo:
            last = next(c for c in reversed(kept["changes"]) if not c[3])
            kept["tags"][last[0]] ^= {last[1]}
            kept["changes"].append([last[0], last[1], last[1] in kept["tags"][last[0]], True])
        else:
            tags = kept["tags"].setdefault(change.row_id, set())
            (tags.add if change.is_on else tags.discard)(change.tag)
            kept["changes"].append([change.row_id, change.tag, change.is_on, False])
        kept["acked"][change.client] = change.seq


@st.fragment
def reading() -> None:
    store_log()
    state = st.session_state.get("reader")
    revision = f"search {search}"
    if (at := place_in(state, "at", revision)) is not None:
        st.query_params["at"] = str(at)
    begin = int(st.query_params.get("at", "0"))
    wanted = place_in(state, "want", revision)
    wanted = begin if wanted is None else wanted
    base = max(0, wanted - BACK)
    rows = [shown(i) for i in range(base, min(ROWS, base + WINDOW))]
    first, end = within_budget(rows, wanted - base)
    data = {
        "revision": revision,
        "total": ROWS,
        "base": base + first,
        "at": begin,
        "rows": rows[first:end],
        "tags": TAGS,
    }
    nothing = lambda: None  # noqa: E731
    reader(
        key="reader",
        data=data | {"dataset": DATASET, "acked": stored()["acked"]},
        on_log=nothing,
        on_want=nothing,
        on_at=nothing,
    )
    st.code(json.dumps(stored()["changes"]), language=None)


st.set_page_config(layout="wide", page_title="Reader", page_icon="🔎")
search = st.text_input("Search", key="search")
if st.button("Run again"):
    st.session_state.runs = st.session_state.get("runs", 0) + 1
if st.button("Lose a message"):
    stored()["lost"] = 1
st.text(f"runs {st.session_state.get('runs', 0)}")
reading()
