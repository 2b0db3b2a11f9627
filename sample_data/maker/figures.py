"""Exercises with an answer that is computed: sums, word problems, geometry, sorting, counting, and extraction from made-up notes."""

from __future__ import annotations

from math import gcd
from random import Random

from .task import Task

PEOPLE = "Nadia Otto Priya Sven Marta Kofi Lucía Tomasz Aiko Bram Fatima Declan Ingrid Mateo Zola Pierre".split()
THINGS = (
    "marbles stamps plums tickets eggs postcards lemons bricks seedlings candles pencils buttons tiles badges".split()
)
WORDS = (
    "anchor basket candle dragon engine feather garden hammer island jacket kettle ladder mirror needle orchard pepper quarry "
    "ribbon saddle timber umbrella valley window yellow zipper button copper dinner ferry glove"
).split()
EVENTS = (
    "choir rehearsal",
    "budget review",
    "flood drill",
    "book launch",
    "staff lunch",
    "roof inspection",
    "chess evening",
    "fire drill",
    "parents' evening",
    "wine tasting",
    "sailing course",
    "blood donation",
    "bike repair class",
    "film night",
)
PLACES = (
    "the old mill",
    "room 14",
    "the harbour office",
    "St Anne's hall",
    "the east gate",
    "the rowing club",
    "the canteen",
    "studio B",
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def sums(random: Random, count: int) -> list[Task]:
    """Word problems and bare sums with the right answer; `wrong` is a slip of calculation."""
    makers = (
        _shopping,
        _percent,
        _speed,
        _area,
        _equation,
        _mean,
        _fraction,
        _change,
        _chance,
        _sequence,
        _multiply,
        _share,
    )
    made: list[Task] = []
    for n in range(count):
        ask, value, working = makers[n % len(makers)](random)
        slip = str(int(value) + random.choice((-10, 1, 2, 10))) if value.isdigit() else "1"
        style = random.choice((0, 1, 1, 2, 2, 3))
        answer, wrong = (
            (value, slip),
            (f"{working} The answer is {value}.", f"{working} The answer is {slip}."),
            (working, slip),
            (f"The result is {value}.", f"The result is {slip}."),
        )[style]
        made.append(Task(ask, "", answer, "maths", f"maths:{n // 3}", wrong=wrong))
    return made


def _shopping(r: Random) -> tuple[str, str, str]:
    n, price, who, what = r.randint(3, 19), r.randint(2, 45), r.choice(PEOPLE), r.choice(THINGS)
    ask = r.choice(
        (
            f"{who} buys {n} boxes of {what} at {price} euros each. How much does {who} pay?",
            f"Calculate the cost of {n} bags of {what} when one bag costs {price} euros.",
            f"A crate of {what} costs {price} pounds. {who} orders {n} crates. Work out the bill.",
        )
    )
    return ask, str(n * price), f"{n} times {price} is {n * price}."


def _percent(r: Random) -> tuple[str, str, str]:
    base, rate = r.randint(2, 30) * 20, r.choice((5, 10, 15, 20, 25, 30, 40, 60, 75))
    cut = base * rate // 100
    ask = r.choice(
        (
            f"Compute {rate} per cent of {base}.",
            f"A coat worth {base} euros is reduced by {rate} %. By how many euros does the price fall?",
            f"Out of {base} voters {rate} % abstained. How many people is that?",
        )
    )
    return ask, str(cut), f"{rate} % of {base} equals {cut}."


def _speed(r: Random) -> tuple[str, str, str]:
    hours, speed, who = r.randint(2, 9), r.randint(4, 110), r.choice(PEOPLE)
    ask = r.choice(
        (
            f"{who} travels for {hours} hours at {speed} kilometres per hour. Find the distance.",
            f"How far does a train get in {hours} hours at a steady {speed} km/h?",
            f"Estimate nothing, calculate exactly: {hours} hours of driving at {speed} km/h make how many kilometres?",
        )
    )
    return ask, str(hours * speed), f"Distance is speed times time, so {speed} × {hours} = {hours * speed}."


def _area(r: Random) -> tuple[str, str, str]:
    a, b = r.randint(3, 60), r.randint(3, 40)
    ask = r.choice(
        (
            f"Determine the area of a rectangle with sides {a} m and {b} m.",
            f"A carpet measures {a} by {b} feet. Compute its area in square feet.",
            f"What is the surface of a field that is {a} metres long and {b} metres wide?",
        )
    )
    return ask, str(a * b), f"Length by width: {a} · {b} = {a * b}."


def _equation(r: Random) -> tuple[str, str, str]:
    x, a, b = r.randint(2, 30), r.randint(2, 12), r.randint(1, 50)
    return (
        r.choice(
            (
                f"Solve for x: {a}x + {b} = {a * x + b}",
                f"Find the number x for which {a}x + {b} equals {a * x + b}.",
            )
        ),
        str(x),
        f"Subtract {b} to get {a}x = {a * x}, then divide by {a}: x = {x}.",
    )


def _mean(r: Random) -> tuple[str, str, str]:
    numbers = [r.randint(1, 60) for _ in range(4)]
    numbers.append(5 * r.randint(60, 70) - sum(numbers))
    listed = ", ".join(map(str, numbers))
    return (
        r.choice((f"Average these numbers: {listed}", f"Calculate the arithmetic mean of {listed}.")),
        str(sum(numbers) // 5),
        (f"The sum is {sum(numbers)}; divided by five that is {sum(numbers) // 5}."),
    )


def _fraction(r: Random) -> tuple[str, str, str]:
    factor, a, b = r.randint(2, 15), r.randint(1, 12), r.randint(13, 30)
    top, bottom = factor * a, factor * b
    divisor = gcd(top, bottom)
    value = f"{top // divisor}/{bottom // divisor}"
    return (
        r.choice((f"Reduce the fraction {top}/{bottom}.", f"Simplify {top}/{bottom} as far as possible.")),
        value,
        (f"Both parts are divisible by {divisor}, which leaves {value}."),
    )


def _change(r: Random) -> tuple[str, str, str]:
    start, gone, came, who, what = (
        r.randint(40, 180),
        r.randint(3, 39),
        r.randint(2, 60),
        r.choice(PEOPLE),
        r.choice(THINGS),
    )
    ask = f"{who} has {start} {what}, gives away {gone} and finds {came} more. " + r.choice(
        ("How many are there now?", "Count them.", "What is the new total?")
    )
    return (
        ask,
        str(start - gone + came),
        f"{start} − {gone} = {start - gone}, and {start - gone} + {came} = {start - gone + came}.",
    )


def _chance(r: Random) -> tuple[str, str, str]:
    red, blue = r.randint(2, 9), r.randint(3, 17)
    divisor = gcd(red, red + blue)
    value = f"{red // divisor}/{(red + blue) // divisor}"
    ask = f"A bag holds {red} red and {blue} blue balls. What is the probability of drawing a red one?"
    return ask, value, f"There are {red} chances out of {red + blue}, that is {value}."


def _sequence(r: Random) -> tuple[str, str, str]:
    start, step = r.randint(1, 40), r.randint(3, 19)
    shown = ", ".join(str(start + k * step) for k in range(4))
    ask = r.choice((f"Continue the sequence: {shown}, ?", f"Predict the next number after {shown}."))
    return (
        ask,
        str(start + 4 * step),
        f"Each number is {step} larger than the one before, so {start + 4 * step} follows.",
    )


def _multiply(r: Random) -> tuple[str, str, str]:
    a, b = r.randint(11, 99), r.randint(11, 99)
    return r.choice((f"Multiply {a} by {b}.", f"What is {a} × {b}?")), str(a * b), f"{a} × {b} = {a * b}."


def _share(r: Random) -> tuple[str, str, str]:
    each, people, what = r.randint(4, 40), r.randint(3, 12), r.choice(THINGS)
    ask = r.choice(
        (
            f"Divide {each * people} {what} equally among {people} children.",
            f"Distribute {each * people} {what} fairly to {people} teams. How many does each get?",
        )
    )
    return ask, str(each), f"{each * people} divided by {people} is {each}."


def word_games(random: Random, count: int) -> list[Task]:
    """Sorting, counting, reversing and spelling of words, all computed."""
    made: list[Task] = []
    for n in range(count):
        words = random.sample(WORDS, 5)
        listed, word = ", ".join(words), words[0]
        ask, answer = (
            (f"Sort alphabetically: {listed}", ", ".join(sorted(words))),
            (f"Arrange these words from Z to A: {listed}", ", ".join(sorted(words, reverse=True))),
            (f'Spell "{word}" backwards.', word[::-1]),
            (f'How many vowels are in "{word} {words[1]}"?', str(sum(c in "aeiou" for c in word + words[1]))),
            (f"Order by length, shortest first: {listed}", ", ".join(sorted(words, key=len))),
            (f"Write the initials of {listed} in capitals.", "".join(w[0].upper() for w in words)),
            (f"Join with hyphens: {listed}", "-".join(words)),
            (f"Convert to a Python list: {listed}", str(words)),
        )[n % 8]
        made.append(Task(ask, "", answer, "word games", f"games:{n // 3}", wrong=listed))
    return made


def extraction(random: Random, count: int) -> list[Task]:
    """Notes about an event from which date, place, person, or a JSON object is taken."""
    made: list[Task] = []
    for n in range(count):
        event, place, day, who = (
            random.choice(EVENTS),
            random.choice(PLACES),
            random.choice(DAYS),
            random.choice(PEOPLE),
        )
        hour, seats = random.randint(8, 20), random.randint(6, 90)
        note = random.choice(
            (
                f"Reminder: the {event} is on {day} at {hour}:30 in {place}. {who} has the list; {seats} seats are taken.",
                f"{who} writes that {seats} people signed up for the {event}. We meet {day}, {hour}:30, at {place}.",
                f"On {day} ({hour}:30) {place} is reserved for the {event}: {seats} guests, contact {who}.",
                f"Hello all, {event} moved to {day}! Please be at {place} by {hour}:30. {who} expects {seats} of us.",
            )
        )
        ask, answer = (
            ("Extract the place.", place),
            ("Which day and time are mentioned?", f"{day}, {hour}:30"),
            ("Retrieve the number of people as a digit.", str(seats)),
            (
                "Convert the note to JSON with the keys event, day, time, people.",
                f'{{"event": "{event}", "day": "{day}", "time": "{hour}:30", "people": {seats}}}',
            ),
            ("Identify the contact person.", who),
            ("Parse the message and return event | day | place.", f"{event} | {day} | {place}"),
            ("Verify whether the meeting is at the weekend. Answer yes or no.", "yes" if day.startswith("S") else "no"),
        )[n % 7]
        made.append(Task(ask, note, answer, "extraction", f"notes:{n // 2}", wrong=random.choice(EVENTS)))
    return made
