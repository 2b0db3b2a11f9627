"""Small programming requests made from parts: conversions, queries, file commands and array helpers."""

from __future__ import annotations

from random import Random

from .task import Task

CONVERSIONS = (
    ("kilometres", "miles", "value * 0.621371"),
    ("Celsius", "Fahrenheit", "value * 9 / 5 + 32"),
    ("pounds", "kilograms", "value * 0.45359237"),
    ("hours", "seconds", "value * 3600"),
    ("inches", "centimetres", "value * 2.54"),
    ("litres", "US gallons", "value / 3.785411784"),
    ("degrees", "radians", "math.radians(value)"),
    ("bytes", "mebibytes", "value / 1024 ** 2"),
    ("knots", "metres per second", "value * 1852 / 3600"),
)
QUERIES = (
    ("invoices", "customer, total", "paid_on IS NULL", "unpaid invoices"),
    ("loans", "title, due_on", "due_on < CURRENT_DATE", "overdue loans"),
    ("trees", "species, height", "height > 20", "trees above twenty metres"),
    ("flights", "number, delay", "delay >= 60", "flights an hour late or more"),
    ("members", "name, joined", "joined < '2015-01-01'", "members from before 2015"),
    ("wines", "name, price", "price BETWEEN 8 AND 12", "wines of 8 to 12 euros"),
    ("rooms", "number, floor", "floor IN (2, 3)", "rooms on the second and third floor"),
    ("matches", "home, away", "goals_home = goals_away", "drawn matches"),
    ("patients", "name", "allergies LIKE '%nut%'", "patients allergic to nuts"),
    ("sensors", "id, place", "battery < 0.2", "sensors whose battery is low"),
)
FILES = (
    ("pdf", "modified in the last week", "-mtime -7"),
    ("log", "larger than ten megabytes", "-size +10M"),
    ("csv", "that are empty", "-empty"),
    ("py", "changed within the hour", "-mmin -60"),
    ("png", "owned by root", "-user root"),
    ("sh", "that can be executed", "-perm -u+x"),
    ("json", "older than a year", "-mtime +365"),
    ("tmp", "not touched for thirty days", "-atime +30"),
)
ARRAYS = (
    ("returns the largest number of an array", "largest", "Math.max(...items)"),
    ("adds all numbers up", "total", "items.reduce((a, b) => a + b, 0)"),
    ("keeps only strings", "onlyStrings", 'items.filter((item) => typeof item === "string")'),
    ("drops empty values", "compact", "items.filter(Boolean)"),
    ("splits an array in two halves", "halves", "[items.slice(0, items.length / 2), items.slice(items.length / 2)]"),
    (
        "counts how often each value occurs",
        "tally",
        "items.reduce((seen, item) => ({ ...seen, [item]: (seen[item] ?? 0) + 1 }), {})",
    ),
    ("returns the last element", "last", "items.at(-1)"),
    ("removes repeated values", "unique", "[...new Set(items)]"),
    ("pairs each element with its index", "indexed", "items.map((item, index) => [index, item])"),
)


def programs(random: Random) -> list[Task]:
    """One task per part, in Python, SQL, bash and JavaScript."""
    made: list[Task] = []
    for start, end, formula in CONVERSIONS:
        name = f"{start}_to_{end}".lower().replace(" ", "_")
        head = "import math\n\n\n" if "math." in formula else ""
        ask = random.choice(
            (
                "Write a Python function that converts {a} to {b}.",
                "Program a converter from {a} to {b} in Python.",
                "Code this in Python: {a} in, {b} out.",
            )
        )
        made.append(
            _task(
                ask.format(a=start, b=end), "python", f"{head}def {name}(value: float) -> float:\n    return {formula}"
            )
        )
    for name, columns, condition, words in QUERIES:
        ask = random.choice(
            (
                "Write a SQL query that lists {w}.",
                "Query the table for {w}.",
                "Select {w} with SQL.",
                "Fetch {w} from the database.",
            )
        )
        made.append(_task(ask.format(w=words), "sql", f"SELECT {columns}\nFROM {name}\nWHERE {condition};"))
    for ending, words, option in FILES:
        ask = random.choice(
            (
                "Find all .{e} files {w}.",
                "Which command locates .{e} files {w}?",
                "Search for .{e} files {w} on the command line.",
            )
        )
        made.append(_task(ask.format(e=ending, w=words), "bash", f"find . -name '*.{ending}' -type f {option}"))
    for words, name, body in ARRAYS:
        ask = random.choice(
            ("Implement a JavaScript function that {w}.", "Write an arrow function in JavaScript which {w}.")
        )
        made.append(_task(ask.format(w=words), "javascript", f"const {name} = (items) => {body};"))
    return made


def _task(ask: str, language: str, code: str) -> Task:
    return Task(ask, "", f"```{language}\n{code}\n```", "code", f"code:{language}")
