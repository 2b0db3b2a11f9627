"""Faults inside one instruction row: noise, cuts, leaks, placeholders, refusals, loops, wrong answers, wrong language."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from random import Random

from .ledger import Draft, Ledger

FILE = "instructions.jsonl"
HELP_DESK = "support_desk"
Change = Callable[[Draft, int, Random], object]
PROSE = ("plants", "concepts", "events", "cities", "dishes", "books", "howto", "animals")

MOJIBAKE = (
    "Itâ€™s simple: ",
    "In the cafÃ© they say it so: ",
    "The rÃ©sumÃ© is this: ",
    "Donâ€™t worry â€” ",
    "MÃ¼ller writes: ",
    "Ã‰mile notes: ",
    "About 20 Â°C is best. ",
    "â€œQuite soâ€\x9d: ",
)
PLACEHOLDERS = (
    "Dear {{name}}, ",
    "Hello [Your Name], ",
    "<INSERT COMPANY> recommends: ",
    "Dear {customer_name}, ",
    "As discussed on [DATE]: ",
    "{{ user.first_name }}, here it is: ",
    "TODO: add source. ",
    "[Insert introduction here] ",
    "Regards from XXXX: ",
    "%FIRSTNAME%, note: ",
)
TOKENS = (
    "<|im_start|>assistant\n{}<|im_end|>",
    "[INST] {} [/INST]",
    "{}</s>",
    "{}<|eot_id|>",
    "<s>{}",
    "{}<|endoftext|>",
    "<|assistant|>{}",
    "### Response:\n{}",
    "<start_of_turn>model\n{}<end_of_turn>",
    "{} <|im_end|>\n<|im_start|>user",
)
AI = (
    "As an AI language model, I do not have personal experience, but here is what is known. ",
    "As an AI developed by a research company, I can tell you this: ",
    "I am a large language model, so please check with an expert. ",
    "As a language model trained by others, my knowledge ends in 2021. ",
)
REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "I apologise, but I am unable to answer that question.",
    "Sorry, I am not able to provide information on this topic.",
    "I'm afraid I can't do that.",
    "Unfortunately I must decline to answer this.",
    "I do not feel comfortable answering this question.",
    "It would not be appropriate for me to respond to this.",
)
OTHER_LANGUAGE = {
    "de": "Das hängt von vielen Umständen ab. Im Allgemeinen empfehlen Fachleute, langsam vorzugehen und die Ergebnisse zu prüfen.",
    "fr": "Cela dépend de plusieurs facteurs. En général, les spécialistes conseillent d'avancer lentement et de vérifier le résultat.",
    "es": "Depende de muchos factores. Por lo general, los expertos aconsejan avanzar despacio y comprobar los resultados.",
    "ja": "それは状況によります。一般的には、ゆっくり進めて結果を確かめることをお勧めします。",
    "ru": "Это зависит от многих обстоятельств. Обычно специалисты советуют действовать медленно и проверять результат.",
    "zh": "这取决于很多因素。一般来说,专家建议慢慢进行,并检查结果。",
    "hi": "यह कई बातों पर निर्भर करता है। सामान्यतः विशेषज्ञ धीरे-धीरे आगे बढ़ने की सलाह देते हैं।",
    "ar": "يعتمد ذلك على عوامل كثيرة. عادة ينصح الخبراء بالتقدم ببطء والتحقق من النتائج.",
}
LOOPS = (
    "And so on and so forth. ",
    "I hope this helps. ",
    "Thank you. ",
    "the same as before, ",
    "very ",
    "1. Water the plants.\n",
)


def _set(field: str, make: Callable[[str, int], str]) -> Change:
    def change(draft: Draft, n: int, random: Random) -> object:
        draft[field] = make(draft[field], n)
        return None

    return change


def _cut(draft: Draft, n: int, random: Random) -> object:
    text = draft["output"]
    if n % 3 == 0:
        draft["output"] = f"Here is the outline as a listing:\n```text\n{text}\n"
        return "open code fence"
    at = len(text) * 2 // 3
    while not (text[at - 1].isalpha() and text[at].isalpha()):
        at -= 1
    draft["output"] = text[:at]
    return "cut inside a word"


def _empty(draft: Draft, n: int, random: Random) -> object:
    draft["output"] = ("", "   ", None, "\n\n", "\u00a0", "")[n % 6]
    return ("empty", "white space", "null", "line ends", "no-break space", "empty")[n % 6]


def _loop(draft: Draft, n: int, random: Random) -> object:
    draft["output"] += " " + LOOPS[n % len(LOOPS)] * 40
    return LOOPS[n % len(LOOPS)].strip()


def _language(draft: Draft, n: int, random: Random) -> object:
    code = list(OTHER_LANGUAGE)[n % len(OTHER_LANGUAGE)]
    draft["output"] = OTHER_LANGUAGE[code]
    return {"prompt": "en", "response": code}


def _wrong(draft: Draft, n: int, random: Random) -> object:
    right, draft["output"] = draft["output"], draft.wrong
    return {"right": right}


def _odd_spaces(text: str, n: int) -> str:
    mark = ("\u200b", "\u00a0", "\u200d", "\ufeff", "\u00ad", "\u2060")[n % 6]
    words = text.split(" ")
    return (
        " ".join(words[:1])
        + (mark if mark == "\u00a0" else f"{mark} ")
        + " ".join(w + mark if len(w) > 6 and mark != "\u00a0" else w for w in words[1:])
    )


def _entities(text: str, n: int) -> str:
    return html.escape(f'"{text}" <b>& more</b>') + ("&nbsp;", "&#8217;", "&hellip;", "&amp;amp;")[n % 4]


def _numbers(text: str, n: int) -> str:
    return (
        text
        + (
            " It costs 1,250.50 euros, or 1.250,50 with shipping, i.e. 1250.5 in all.",
            " That was 3/4/2021, or 2021-04-03, or April 3rd '21.",
            " Allow 5km, 5 kilometers or five kms.",
            " About 40% (forty per cent; 0.4) agree.",
            " Ten to 12 people, i.e. 10–twelve.",
            " It takes 1 1/2 h = 1,5 hours = 1.5hrs.",
        )[n % 6]
    )


def _html(text: str, n: int) -> str:
    return (
        f"<p>{text}</p><br><br/>",
        f'<div class="answer"><span style="color:#333">{text}</span></div>',
        f"<ul><li>{text}</li></ul>&nbsp;",
        f"<!-- ad slot --><h2>Answer</h2><p>{text}</p>",
    )[n % 4]


def _markdown(text: str, n: int) -> str:
    return (
        f"# **Answer**\n\n***\n\n> **{text}**\n\n***",
        f"| | |\n|---|---|\n| **Answer** | {text} |",
        f"**{text}** ![](image1.png) [^1]\n\n[^1]: source",
        f"### Answer\n\n- - **{text}**\n\n---\n---",
    )[n % 4]


KINDS: tuple[tuple[str, int, float, str, Change], ...] = (
    (
        "prompt_echoed",
        7,
        1.2,
        "The response repeats the prompt.",
        lambda d, n, r: d.fields.update(
            output=d["instruction"] if n % 2 else d["instruction"] + "\n\n" + d["instruction"]
        ),
    ),
    ("truncated", 14, 1.8, "The response stops inside a word or leaves a code fence open.", _cut),
    ("html_noise", 9, 2.2, "HTML tags around or inside the response.", _set("output", _html)),
    ("markdown_noise", 9, 2.6, "Markdown that carries no meaning.", _set("output", _markdown)),
    ("html_entities", 8, 2.4, "HTML entities left in the response.", _set("output", _entities)),
    ("mojibake", 9, 2.4, "UTF-8 read as Windows-1252.", _set("output", lambda t, n: MOJIBAKE[n % 8] + t)),
    (
        "invisible_characters",
        12,
        3.0,
        "Zero-width characters, soft hyphens and no-break spaces.",
        _set("output", _odd_spaces),
    ),
    (
        "mixed_line_ends",
        8,
        3.0,
        "Line ends of two or three kinds in one response.",
        _set("output", lambda t, n: f"First:\r\n{t}\nThen rest.\r{'Done.' if n % 2 else 'That is all.'}\r\n"),
    ),
    (
        "repeated_blank_lines",
        8,
        3.0,
        "Four and more line ends in a row.",
        _set("output", lambda t, n: t.replace(". ", "." + "\n" * (5 + n % 3)) + "\n" * (6 + n)),
    ),
    (
        "emoji",
        9,
        3.2,
        "Emoji in the response.",
        _set("output", lambda t, n: f"{'✅🔥🎉😀👍🏽🌱🚀💡🙏'[n]} {t} {('😂😂😂', '👩‍🌾', '🇵🇹', '❤️', '✨✨')[n % 5]}"),
    ),
    (
        "inconsistent_numbers",
        8,
        3.0,
        "Numbers, dates or units written in several ways in one response.",
        _set("output", _numbers),
    ),
    (
        "unfilled_placeholders",
        12,
        2.0,
        "Placeholders nobody filled in.",
        _set("output", lambda t, n: PLACEHOLDERS[n % 10] + t),
    ),
    (
        "special_tokens",
        12,
        2.0,
        "Special tokens of a chat template inside the text.",
        _set("output", lambda t, n: TOKENS[n % 10].format(t)),
    ),
    (
        "ai_boilerplate",
        9,
        2.2,
        "The answer speaks of itself as a language model.",
        _set("output", lambda t, n: AI[n % 4] + t),
    ),
    (
        "refusals",
        12,
        1.4,
        "A harmless request is refused.",
        _set("output", lambda t, n: REFUSALS[n % 8] + (" " + REFUSALS[(n + 3) % 8] if n >= 8 else "")),
    ),
    ("endless_loops", 8, 1.3, "The response ends in a phrase repeated forty times.", _loop),
    (
        "repetition_inside",
        8,
        1.9,
        "The same passage stands three times in one response.",
        _set("output", lambda t, n: f"{t}\n{t}\n{'Again: ' if n % 2 else ''}{t}"),
    ),
    ("language_mismatch", 10, 1.5, "English request, answer in another language.", _language),
)


def plant(base: list[Draft], random: Random, ledger: Ledger) -> None:
    """Changes unplanted prose rows in place, each by one fault."""
    free = _free(base)
    for kind, count, quality, description, change in KINDS:
        ledger.open(kind, FILE, description)
        for n in range(count):
            draft = next(free)
            detail = change(draft, n, random)
            draft.quality = quality
            ledger.plant(kind, draft, detail)
    ledger.open(
        "wrong_answers",
        FILE,
        "A wrong result, wrong label or the answer to another question; details give the right one.",
    )
    wrong = [
        d
        for d in base
        if not d.faults
        and d["source"] != HELP_DESK
        and d.wrong
        and d.topic in ("maths", "classification")
        and d.wrong != d["output"]
    ]
    for n, draft in enumerate(wrong[:22]):
        ledger.plant("wrong_answers", draft, _wrong(draft, n, random))
        draft.quality = 1.6
    ledger.open("merged_records", FILE, "A second record has run into the response.")
    for n in range(7):
        draft, other = next(free), next(free)
        joint = (f"\n##\n{n + 11}. Instruction: ", "\n###\n\nInstruction: ", "\n\nInput:\n")[n % 3]
        draft["output"] += f"{joint}{other['instruction']}\n{n + 11}. Output: {other['output']}"
        draft.quality = 1.8
        ledger.plant("merged_records", draft)
    ledger.open("no_input_markers", FILE, "The input field says that there is no input.")
    markers = ("No input", "N/A", "<noinput>", "none", "n/a", "<no input>", "No input required.", "None.")
    for n in range(16):
        draft = next(free)
        draft["input"] = markers[n % 8]
        draft.quality = 3.4
        ledger.plant("no_input_markers", draft, markers[n % 8])
    ledger.open("length_outliers", FILE, "Rows some hundred times as long as the median row.")
    for n in range(2):
        draft, parts = next(free), [d["output"] for d in base if d.topic in PROSE and not d.faults]
        random.shuffle(parts)
        draft["output"] = "\n".join(f"{k}. {text}" for k, text in enumerate(parts[: 90 + 60 * n], 1))
        draft.quality = 2.5
        ledger.plant("length_outliers", draft)
    ledger.open(
        "boilerplate_head",
        FILE,
        "All responses of one source begin with the same sentences.",
        source=HELP_DESK,
        head=HEAD,
    )
    for draft in [d for d in base if d["source"] == HELP_DESK]:
        draft["output"] = HEAD + draft["output"]
        draft.quality = min(draft.quality, 3.2)
        ledger.plant("boilerplate_head", draft)


HEAD = (
    "Thank you for contacting the Larkfield Help Desk. Your request has been received and was answered by a member of our team. "
    "Please find the information that you asked for below. \n\n"
)


def plant_empty(base: list[Draft], random: Random, ledger: Ledger) -> None:
    """Empties responses so that their share in the source web_crawl is three times that elsewhere."""
    ledger.open("empty_responses", FILE, "The response is empty, white space or null.")
    ledger.open(
        "empty_slice",
        FILE,
        "Empty responses of the source in which their share is about three times as high as elsewhere.",
        source="web_crawl",
    )
    crawl = [d for d in base if d["source"] == "web_crawl"]
    elsewhere = [d for d in base if d["source"] not in ("web_crawl", HELP_DESK)]
    few = 22
    many = round(3 * few / len(elsewhere) * len(crawl))
    for drafts, count in ((crawl, many), (elsewhere, few)):
        for n, draft in enumerate([d for d in drafts if not d.faults][:count]):
            draft.quality = 1.0
            ledger.plant("empty_responses", draft, _empty(draft, n, random))
            if draft["source"] == "web_crawl":
                ledger.plant("empty_slice", draft)


def _free(base: list[Draft]) -> Iterator[Draft]:
    """Unplanted English prose rows with an answer of at least eight words and no input, outside the boilerplate source."""
    for draft in base:
        if (
            not draft.faults
            and draft.language == "en"
            and draft.topic in PROSE
            and not draft["input"]
            and draft["source"] != HELP_DESK
            and 8 <= len(draft["output"].split()) < 90
        ):
            yield draft
