"""Requests that bring a text or want one: ideas, rewriting, classification, translation, reading, letters, code, other languages."""

from __future__ import annotations

from random import Random

from .knowledge import table
from .task import Task

SENTIMENT = (
    "Classify the sentiment of this review as positive, negative, neutral or mixed.",
    "Label the text: positive, negative, neutral or mixed?",
    "Which sentiment does the customer express: positive, negative, neutral or mixed?",
    "Determine the attitude of the writer (positive / negative / neutral / mixed).",
    "Judge the mood of the following message. Choose from positive, negative, neutral, mixed.",
    "Rate this comment as positive, negative, neutral or mixed and say what it is about.",
    "Tag the feedback with its sentiment and its subject.",
    "Categorise the statement by what it is about, in one word.",
)
READING = (
    (
        "summary",
        (
            "Summarise the passage in one sentence.",
            "Condense the following text.",
            "Sum the passage up for a busy reader.",
        ),
    ),
    (
        "title",
        ("Invent a headline for this text.", "Propose a title for the passage.", "Entitle the following report."),
    ),
    (
        "keywords",
        ("Extract four keywords from the text.", "Pull out the key terms.", "Index this passage with four keywords."),
    ),
    ("answer", ("Read the text and answer: {q}", "Answer the question using only the passage: {q}", "{q}")),
)
LANGUAGES = {"german": ("German", "de"), "french": ("French", "fr"), "spanish": ("Spanish", "es")}
TRANSLATE = (
    "Translate the sentence into {l}.",
    "How do you say this in {l}?",
    "Render this in {l}.",
    "Give the {l} version of the sentence.",
    "Put the following into {l}.",
    "Provide a {l} translation.",
)
BACK = (
    "Translate this {l} sentence into English.",
    "What does this {l} sentence mean in English?",
    "Turn the {l} into English.",
)


def written(random: Random) -> list[Task]:
    """Ideas, rewriting, letters, role play and code, as the tables hold them."""
    made: list[Task] = []
    for k, row in enumerate(table("brainstorm")):
        ideas = [idea.strip() for idea in row["ideas"].split(";")]
        numbered = ideas[0].startswith("1.")
        style = 1 if numbered else random.randrange(3)
        answer = (", ".join(ideas), "\n".join(ideas), "\n".join(f"{'-' if k % 2 else '*'} {idea}" for idea in ideas))[
            style
        ]
        made.append(Task(row["ask"], "", answer, "brainstorm", f"brainstorm:{k}"))
    for k, row in enumerate(table("rewrite")):
        made.append(Task(row["ask"], row["text"], row["new"], "rewrite", f"rewrite:{k}"))
    for k, row in enumerate(table("emails")):
        made.append(Task(row["ask"], "", row["letter"], "letters", f"letters:{k}"))
    for k, row in enumerate(table("roleplay")):
        made.append(Task(row["ask"], "", row["answer"].replace(" / ", "\n"), "creative", f"creative:{k}"))
    for k, row in enumerate(table("code")):
        fenced = f"```{row['lang']}\n{row['code']}\n```"
        answer = (f"{fenced}\n\n{row['note']}", fenced, f"{row['note']}\n\n{fenced}", row["code"])[k % 4]
        made.append(Task(row["ask"], "", answer, "code", f"code:{row['lang']}"))
    made += [
        Task(row["ask"], "", row["answer"], "languages", f"languages:{row['lang']}", row["lang"])
        for row in table("languages")
    ]
    return made


def labelled(random: Random) -> list[Task]:
    """Sentiment and subject of short reviews; the first of each subject's answers is the true one."""
    made: list[Task] = []
    labels = ("positive", "negative", "neutral", "mixed")
    for k, row in enumerate(table("reviews")):
        ask = SENTIMENT[k % len(SENTIMENT)]
        other = labels[(labels.index(row["sentiment"]) + 1 + k % 3) % 4]
        answer, wrong = row["sentiment"], other
        if "in one word" in ask:
            answer, wrong = row["about"], "weather"
        elif "subject" in ask or "say what" in ask:
            answer, wrong = f"{row['sentiment'].capitalize()}; {row['about']}", f"{other.capitalize()}; {row['about']}"
        elif k % 3 == 0:
            answer, wrong = f"The sentiment is {answer}.", f"The sentiment is {wrong}."
        made.append(Task(ask, row["text"], answer, "classification", f"reviews:{k}", wrong=wrong))
    return made


def read(random: Random) -> list[Task]:
    """Summary, headline, keywords and a question for each passage (the given text is the same for the four)."""
    made: list[Task] = []
    rows = table("passages")
    for field, asks in READING:
        for k, row in enumerate(rows):
            ask = random.choice(asks).format(q=row["question"])
            wrong = rows[(k + 5) % len(rows)][field]
            made.append(Task(ask, row["text"], row[field], "reading", f"passages:{k}", wrong=wrong))
    return made


def translated(random: Random) -> list[Task]:
    """English sentences into German, French and Spanish, and some back."""
    made: list[Task] = []
    for k, row in enumerate(table("translate")):
        for column, (language, _) in LANGUAGES.items():
            if (k + len(column)) % 3 == 0:
                made.append(
                    Task(
                        random.choice(BACK).format(l=language),
                        row[column],
                        row["english"],
                        "translation",
                        f"translate:{k}",
                    )
                )
            else:
                made.append(
                    Task(
                        random.choice(TRANSLATE).format(l=language),
                        row["english"],
                        row[column],
                        "translation",
                        f"translate:{k}",
                    )
                )
    return made
