"""How long does it take to see rows as a trainer does, against jinja2 and tokenizers alone, and to move the length?"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import polars as pl

from analysis.training.choice import choose
from analysis.training.cuts import Cuts
from analysis.training.keeping import with_choice
from analysis.training.packing import pack
from analysis.workspace import Workspace
from benchmarks.data import PLAIN, RARE
from benchmarks.ground import Ground, Row, median, memory, run

ROWS = 100_000  # of the first measurement; more are asked for with --rows
PAIRS = 3
PAIR_ROWS = 20_000
WORDS = (17, 42, 35, 76)  # of each message: about 200 tokens with the marks around them
MILLION = 1_000_000
STEPS = 25
BARS = {ROWS: 90.0, MILLION: 900.0}
"""Seconds for so many rows; fewer have no bar, since the start of Python and of the processes is most of their time."""
STRUCTURE_S, STEP_S = 10.0, 0.150  # for a million rows
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
PLAIN_WAY = """
import sys, orjson, jinja2.sandbox, tokenizers
rows, folder = sys.argv[1], sys.argv[2]
sandbox = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
template = sandbox.from_string(open(folder + "/chat_template.jinja").read())
tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
tokens = 0
for line in open(rows, "rb"):
    text = template.render(messages=orjson.loads(line)["messages"])
    tokens += len(tokenizer.encode(text, add_special_tokens=False).ids)
print(tokens)
"""


def chats(rows: int) -> Iterator[dict[str, object]]:
    """Chats of four messages; every tenth with a system message before them."""
    chosen = random.Random(1)
    for number in range(rows):
        turns = [
            {
                "role": ("user", "assistant")[place % 2],
                "content": " ".join(
                    [*chosen.choices(PLAIN, k=words - words // 5), *chosen.choices(RARE, k=words // 5)]
                ),
            }
            for place, words in enumerate(WORDS)
        ]
        system = [{"role": "system", "content": "Answer in one sentence."}] if number % 10 == 0 else []
        yield {"id": number, "messages": [*system, *turns]}


def model_folder(folder: Path) -> Path:
    """A model's folder: a ChatML template, and a tokenizer.json of 32,000 byte pairs, learned from such chats."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    folder.mkdir()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=32_000, initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator((str(chat["messages"]) for chat in islice(chats(2_000), 2_000)), trainer)
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in SPECIALS])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|im_end|>"}), encoding="utf-8")
    return folder


def measure(ground: Ground) -> Iterator[Row]:
    """Whole commands, with Python's start, reading and writing; a step is measured in this process."""
    model = model_folder(ground.home.parent / "model")
    few = min(ROWS, ground.planted.rows)
    path, dataset = _opened(ground, model, few)
    yield _signal(ground, dataset, few)
    yield _against_plain(ground, model, min(PAIR_ROWS, few))
    if ground.planted.rows > ROWS:
        path.unlink()
        few = ground.planted.rows
        _, dataset = _opened(ground, model, few)
        yield _signal(ground, dataset, few)
    seconds, peak = _afresh(ground, dataset, "structure")
    yield _timed(f"Signal structure, {few:,} chats", seconds, peak, few, STRUCTURE_S if few >= MILLION else None)
    yield _step()


def _opened(ground: Ground, model: Path, rows: int) -> tuple[Path, str]:
    """So many chats as a file, and the id of the dataset, for which the template of the model is chosen."""
    path = ground.planted.path.with_name(f"trained_{rows}.jsonl")
    with path.open("wb") as file:
        for chat in chats(rows):
            file.write(orjson.dumps(chat, option=orjson.OPT_APPEND_NEWLINE))
    _, opened = ground.winnow("open", str(path))
    workspace = Workspace(ground.home)
    dataset = workspace.dataset(str(opened["id"]))
    chosen = choose(str(model), str(model / "tokenizer.json"), max_length=4_096)
    workspace.describe(dataset, parameters=with_choice(dataset, chosen))
    return path, dataset.id


def _afresh(ground: Ground, dataset: str, signal: str, *options: str) -> tuple[float, float]:
    """Seconds and megabytes of computing a signal, again if it was computed before."""
    for made in (ground.home / "datasets" / dataset).glob(f"{signal}-*.parquet"):
        made.unlink()
    done, _ = ground.winnow("compute", dataset, signal, *options)
    return done.seconds, done.peak_mb


def _signal(ground: Ground, dataset: str, rows: int) -> Row:
    seconds, peak = _afresh(ground, dataset, "trainer", "--on", "processes")
    _, seen = ground.winnow("trainer", dataset)
    if (seen["looked_at"], seen["refused"], seen["estimated"]) != (rows, 0, None) or not seen["trained_tokens"]:
        raise RuntimeError(f"Of {rows:,} chats {seen['looked_at']:,} were looked at and {seen['refused']:,} refused.")
    name = f"Signal trainer in processes, {rows:,} chats of {seen['tokens'] / rows:.0f} tokens by a tokenizer.json"
    return _timed(name, seconds, peak, rows, BARS.get(rows))


def _timed(name: str, seconds: float, peak: float, rows: int, bar: float | None) -> Row:
    return Row(
        name,
        f"{seconds:.1f} s, {rows / seconds:,.0f} rows/s, peak {memory(peak)}",
        f"{bar:,.0f} s" if bar else "",
        seconds <= bar if bar else None,
        {"seconds": seconds, "rows_per_second": rows / seconds, "peak_mb": peak},
    )


def _against_plain(ground: Ground, model: Path, rows: int) -> Row:
    """Both in one process, in turns. Raises RuntimeError where they do not count the same tokens."""
    path, dataset = _opened(ground, model, rows)
    plain = [sys.executable, "-c", PLAIN_WAY, str(path), str(model)]
    pairs = []
    for _ in range(PAIRS):
        beside = run(plain, ground.home)
        pairs.append((_afresh(ground, dataset, "trainer", "--on", "here")[0], beside.seconds))
    _, seen = ground.winnow("trainer", dataset)
    if seen["tokens"] != int(beside.out):
        raise RuntimeError(
            f"Winnow counts {seen['tokens']:,} tokens, jinja2 and tokenizers alone {beside.out.strip()}."
        )
    ratios = [ours / theirs for ours, theirs in pairs]
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    return Row(
        "The same in one process against rendering by jinja2 and encoding by tokenizers alone",
        f"{median(ratios):.2f} times ({rows:,} rows, {ours:.1f} s against {theirs:.1f} s; {PAIRS} pairs, "
        f"{min(ratios):.2f} to {max(ratios):.2f} times)",
        numbers={"ratio": median(ratios), "seconds": ours, "plain_seconds": theirs},
    )


def _step() -> Row:
    """A move of the length: what is lost at it, and how rows are packed."""
    chosen = np.random.default_rng(1)
    lengths = chosen.lognormal(5.3, 0.8, MILLION).astype(np.int64) + 20
    turns = pl.DataFrame({"row": np.arange(MILLION), "first_trained": lengths // 2, "last_trained": lengths - 2})
    began = time.perf_counter()
    cuts = Cuts(pl.Series(lengths), turns.with_columns(trained=pl.col("last_trained") - pl.col("first_trained") + 1))
    ready = time.perf_counter() - began
    seconds = _steps(cuts, lengths, [4_096, *range(128, 128 + 64 * STEPS, 64)])
    first, later = seconds[0], median(seconds[1:])
    return Row(
        f"A step of the maximum length over {MILLION:,} lengths: what is lost, and packing",
        f"{later * 1000:.0f} ms, the median of {STEPS}; {max(seconds[1:]) * 1000:.0f} ms at most; the first "
        f"{(first + ready) * 1000:,.0f} ms",
        f"{STEP_S * 1000:.0f} ms",
        later <= STEP_S,
        {"median_ms": later * 1000, "first_ms": (first + ready) * 1000},
    )


def _steps(cuts: Cuts, lengths: np.ndarray, max_lengths: Sequence[int]) -> list[float]:
    seconds = []
    for max_length in max_lengths:
        began = time.perf_counter()
        cuts.at(max_length)
        pack(lengths, max_length)
        seconds.append(time.perf_counter() - began)
    return seconds
