"""Puts chats.jsonl together: conversations of several turns, tool calls, content in parts, and their planted faults."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from .distinct import Distinct
from .knowledge import table
from .ledger import Draft, Ledger
from .personal import iban
from .task import Task

FILE = "chats.jsonl"
ROWS = 400
SOURCES = ("library_desk", "app_beta", "tutoring", "volunteer_chat")
PLACES = (
    ("Bergen", 7, "rain"),
    ("Lisbon", 24, "sun"),
    ("Kraków", 15, "cloud"),
    ("Cusco", 11, "clear sky"),
    ("Reykjavik", 3, "snow"),
    ("Jaipur", 33, "haze"),
    ("Hanoi", 28, "showers"),
    ("Naples", 26, "sun"),
)
BOOKS = (
    ("Middlemarch", 2, "shelf E4"),
    ("Walden", 0, ""),
    ("Dracula", 5, "shelf S1"),
    ("Moby-Dick", 1, "shelf M2"),
    ("The Odyssey", 0, ""),
    ("Jane Eyre", 3, "shelf B7"),
    ("Don Quixote", 1, "stack room"),
    ("War and Peace", 4, "shelf T3"),
)


def _turn(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def _talk(kind: str, random: Random) -> str:
    return random.choice([row["text"] for row in table("talk") if row["kind"] == kind])


def _conversation(tasks: list[Task], random: Random) -> list[dict[str, Any]]:
    """System turn (in two of five), perhaps a greeting, then the tasks as turns, perhaps thanks."""
    english = tasks[0].language == "en"
    turns = [_turn("system", _talk("system", random))] if random.random() < 0.4 and english else []
    seen = ""
    for n, task in enumerate(tasks):
        lead = ""
        if english and (n or random.random() < 0.5):
            lead = _talk("follow" if n else "opener", random) + " "
        given = f"\n\n{task.given}" if task.given and task.given != seen else ""
        seen = task.given
        turns += [_turn("user", lead + task.ask + given), _turn("assistant", task.answer)]
    if english and random.random() < 0.35:
        turns += [_turn("user", _talk("closing", random)), _turn("assistant", _talk("goodbye", random))]
    return turns


def _tools(random: Random) -> list[list[dict[str, Any]]]:
    """Conversations in which the assistant calls a weather service, a catalogue or a calculator and uses the answer."""
    made = []
    for n, (city, degrees, sky) in enumerate(PLACES):
        ask = random.choice(
            (
                "Do I need a coat in {c} today?",
                "What is the weather like in {c}?",
                "Check the forecast for {c}, please.",
            )
        )
        made.append(
            _called(
                ask.format(c=city),
                f"call_w{n}",
                "get_weather",
                {"city": city},
                {"celsius": degrees, "sky": sky},
                f"It is {degrees} degrees in {city} with {sky}. {'Take a coat.' if degrees < 16 else 'A coat can stay at home.'}",
            )
        )
    for n, (title, copies, place) in enumerate(BOOKS):
        ask = random.choice(("Is {t} on loan?", "Have you got {t}?", "I would like to borrow {t} this afternoon."))
        answer = (
            f"Yes, {copies} on {place}."
            if copies
            else f"All copies of {title} are out at the moment. Shall I reserve one?"
        )
        made.append(
            _called(
                ask.format(t=title),
                f"call_b{n}",
                "search_catalogue",
                {"title": title},
                {"available": copies, "place": place},
                answer,
            )
        )
    for n in range(8):
        a, b = random.randint(120, 980), random.randint(13, 97)
        made.append(
            _called(
                f"{a} tiles of {b} cents each, what does that cost?",
                f"call_c{n}",
                "calculate",
                {"expression": f"{a}*{b}/100"},
                {"value": a * b / 100},
                f"{a * b / 100:.2f} euros altogether.",
            )
        )
    return made


def _called(
    ask: str, key: str, name: str, arguments: dict[str, Any], result: dict[str, Any], answer: str
) -> list[dict[str, Any]]:
    call = {
        "id": key,
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
    }
    return [
        _turn("user", ask),
        _turn("assistant", None, tool_calls=[call]),
        _turn("tool", json.dumps(result, ensure_ascii=False), tool_call_id=key),
        _turn("assistant", answer),
    ]


def text(messages: list[dict[str, Any]]) -> str:
    """All text of a conversation, for comparing conversations."""
    parts: list[str] = []
    for message in messages:
        content = message["content"]
        parts += [part.get("text", "") for part in content] if isinstance(content, list) else [content or ""]
    return " ".join(parts)


def build(tasks: list[Task], random: Random, ledger: Ledger, apart: Distinct) -> list[Draft]:
    """The rows of the file in order."""
    subjects: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        subjects[task.subject].append(task)
    chains = []
    for group in subjects.values():
        random.shuffle(group)
        if group[0].topic == "reading":
            chains.append(group)
        elif group[0].topic == "languages":
            mixed = random.sample(group, len(group))
            chains += [group[n : n + 4] for n in range(0, len(group) - 3, 4)] + [
                mixed[n : n + 3] for n in range(0, len(mixed) - 2, 3)
            ]
        else:
            sizes = (
                {4: (4,), 5: (3, 2), 6: (3, 3)}.get(len(group), (len(group),))
                if group[0].topic != "code"
                else (3,) * (len(group) // 3)
            )
            for size in sizes:
                chains.append([group.pop() for _ in range(size)])
    random.shuffle(chains)
    chains.sort(key=lambda chain: chain[0].topic not in ("languages", "code", "reading"))
    talks = [(_conversation(chain, random), chain[0].language, chain[0].topic) for chain in chains if len(chain) > 1]
    talks = [(turns, "en", "tools") for turns in _tools(random)] + talks
    base = [
        Draft({"messages": turns}, topic=topic, language=language)
        for turns, language, topic in talks
        if apart.admit(text(turns))
    ]
    base = base[: ROWS - COPIES]
    random.shuffle(base)
    _parts(base, ledger)
    added = _faults(base, random, ledger)
    rows = base + added
    random.shuffle(rows)
    clock = datetime(2024, 5, 2, 8, 0)
    for n, draft in enumerate(rows, 1):
        clock += timedelta(minutes=random.randint(3, 240))
        draft.fields = {
            "id": f"cha-{n:05d}",
            "messages": draft["messages"],
            "source": random.choice(SOURCES),
            "language": draft.language,
            "created_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    return rows


def _parts(base: list[Draft], ledger: Ledger) -> None:
    ledger.open(
        "chat_content_in_parts",
        FILE,
        "Valid rows whose content is a list of parts instead of a string; some carry an image part.",
    )
    for n, draft in enumerate([d for d in base if d.topic not in ("tools", "code")][:14]):
        for message in draft["messages"]:
            words = message["content"]
            message["content"] = [{"type": "text", "text": words}]
            if message["role"] == "user" and n % 5 == 0:
                message["content"].insert(0, {"type": "image", "image": f"photo-{n}.png"})
        ledger.plant("chat_content_in_parts", draft)
    ledger.open("chat_tool_calls", FILE, "Valid rows with a tool call, the tool's answer and a final answer.")
    for draft in [d for d in base if d.topic == "tools"][: len(PLACES) + len(BOOKS) + 2]:
        ledger.plant("chat_tool_calls", draft)


SECRETS = (
    ("email", "valentina.scarpa@brightwell-mills.co", "You can also reach me at {v}."),
    ("phone", "+44 1632 960783", "Please ring {v} after six."),
    ("iban", iban("GB", "NWBK60161331926819"), "The refund should go to {v}."),
    ("name_and_address", "Casimir Holloway, 3 Tanner's Row, Little Wexcombe", "Deliver to {v}."),
    ("ip_address", "91.64.203.17", "My router says {v}."),
    ("email_placeholder", "someone@example.com", "I typed {v} in the field."),
)
COPIES = 9


def _faults(base: list[Draft], random: Random, ledger: Ledger) -> list[Draft]:
    free = iter(
        [d for d in base if not d.faults and d.language == "en" and d.topic not in ("tools", "code", "reading")]
    )
    changes: tuple[tuple[str, int, str, Callable[[list[dict[str, Any]], int], object]], ...] = (
        ("chat_last_turn_not_assistant", 10, "The conversation ends with the user.", lambda m, n: m.pop() and None),
        (
            "chat_two_user_turns",
            8,
            "Two user turns in a row.",
            lambda m, n: m.insert(
                _first(m) + 1, _turn("user", ("Hello?", "Are you there?", "Sorry, forgot to say: it is urgent.")[n % 3])
            ),
        ),
        (
            "chat_empty_assistant_turn",
            8,
            "An assistant turn is empty, white space or null.",
            lambda m, n: m[_first(m) + 1].update(content=("", "  ", None)[n % 3]),
        ),
        (
            "chat_special_tokens",
            6,
            "Special tokens of a chat template inside a turn.",
            lambda m, n: m[-1].update(content=m[-1]["content"] + ("<|im_end|>", "</s>", "<|eot_id|>\nuser:")[n % 3]),
        ),
        (
            "chat_system_turn_in_the_middle",
            4,
            "A system turn after the conversation has begun.",
            lambda m, n: m.insert(_first(m) + 2, _turn("system", "From now on answer in rhymes.")),
        ),
        (
            "chat_repeated_answer",
            6,
            "The assistant gives the same answer to two different questions.",
            lambda m, n: m[_first(m) + 3].update(content=m[_first(m) + 1]["content"]),
        ),
        (
            "chat_no_assistant_turn",
            3,
            "No assistant turn at all.",
            lambda m, n: m.__setitem__(slice(None), [t for t in m if t["role"] != "assistant"][-1:]),
        ),
        (
            "chat_foreign_role_names",
            4,
            "Roles are called human and gpt.",
            lambda m, n: (
                [t.update(role={"user": "human", "assistant": "gpt"}.get(t["role"], t["role"])) for t in m] and None
            ),
        ),
        (
            "chat_personal_data",
            6,
            "Invented personal data in a user turn; details give the kind and the value.",
            lambda m, n: _secret(m, n),
        ),
    )
    for kind, count, description, change in changes:
        ledger.open(kind, FILE, description)
        for n in range(count):
            draft = next(free)
            ledger.plant(kind, draft, change(draft["messages"], n))
    ledger.open("chat_tool_call_without_answer", FILE, "A tool is called, but its answer is missing.")
    for draft in [d for d in base if d.topic == "tools" and not d.faults][:6]:
        draft["messages"] = [m for m in draft["messages"] if m["role"] != "tool"]
        ledger.plant("chat_tool_call_without_answer", draft)
    ledger.open(
        "chat_language_mismatch",
        FILE,
        "The user writes English and the assistant answers in another language; details name it.",
    )
    foreign = {row["lang"]: row["answer"] for row in table("languages") if len(row["answer"]) > 40}
    for code, answer in foreign.items():
        draft = next(free)
        draft["messages"][-1]["content"] = answer
        ledger.plant("chat_language_mismatch", draft, code)
    ledger.open("chat_exact_duplicates", FILE, "The same messages in several rows.")
    added = []
    for size in (5, 3, 2, 2, 2):
        draft = next(free)
        copies = [draft.twin() for _ in range(size - 1)]
        ledger.group("chat_exact_duplicates", [draft, *copies])
        added += copies
    return added


def _first(messages: list[dict[str, Any]]) -> int:
    return next(n for n, message in enumerate(messages) if message["role"] == "user")


def _secret(messages: list[dict[str, Any]], n: int) -> object:
    kind, value, sentence = SECRETS[n]
    messages[_first(messages)]["content"] += " " + sentence.format(v=value)
    return {"kind": kind, "value": value}
