"""How often is personal data found in templated texts, and how often does Presidio with its own settings find it?

The forms are those of Presidio's public templates. With `WINNOW_PRESIDIO_TEMPLATES`, the folder `raw_data` of the
package presidio-evaluator, the templates and the phone numbers are those of that package; they are not part of Winnow.
"""

from __future__ import annotations

import csv
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.personal_data.placeholders import is_placeholder
from analysis.personal_data.scanning import Scanner
from benchmarks.ground import Ground, Row

if TYPE_CHECKING:
    from faker import Faker

ROUNDS = 40
FOLDER = "WINNOW_PRESIDIO_TEMPLATES"
LOCALES = "en_US en_GB en_IN en_AU en_CA de_DE fr_FR es_ES it_IT nl_NL pl_PL pt_BR sv_SE ja_JP".split()
TYPES = {
    "phone_number": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS",
    "credit_card_number": "CREDIT_CARD",
    "iban": "IBAN_CODE",
    "ip_address": "IP_ADDRESS",
    "ssn": "US_SSN",
}
MADE_BY = {
    "email": "ascii_company_email",
    "ip_address": "ipv4_public",
    "person": "name",
    "organization": "company",
    "date_time": "date",
}
"""Name in a template -> Faker's method, where it has another name."""
OWN = (
    "There was no message on the phone I gave you, {{phone_number}}. Is it the right one?",
    "Could someone call me on {{phone_number}} about the new contract?",
    "No more messages to {{phone_number}}, please.",
    "Nobody is answering at {{phone_number}}",
    "{{name}}\n{{address}}\n{{phone_number}} office\n{{phone_number}} fax\n",
    "{{name}}\n{{organization}}\nMobile: {{phone_number}}\nDesk: {{phone_number}}\nFax: {{phone_number}}\n",
    "{{address}}\n{{phone_number}}-Office\\,{{phone_number}}-Fax",
    "Name: {{name}}\nPhone: {{phone_number}}",
    "You reach us under {{phone_number}} or {{email}}.",
    "My card {{credit_card_number}} is lost, write to {{email}} when the new one comes.",
    "Is there a fee for a transfer from {{iban}} to another bank?",
    "The address {{ip_address}} is blocked since {{date_time}}.",
    "His social security number is {{ssn}}.",
    "On {{date_time}} {{organization}} sold {{random_int}} units at {{address}}.",
)
Span = tuple[int, int, str]


class Count(NamedTuple):
    """How many spans of a type were found, not found, and reported where there is none."""

    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)


def measure(ground: Ground) -> Iterator[Row]:
    """A row per type: Winnow beside Presidio with its own settings at a threshold of 0.4."""
    yield from _compared(None, "templates of our own in Presidio's forms")
    if folder := os.environ.get(FOLDER):
        yield from _compared(Path(folder), "Presidio's public templates")


def _compared(folder: Path | None, of: str) -> Iterator[Row]:
    texts = list(templated(ROUNDS, seed=11, folder=folder))
    own, plain = counts(texts, _winnow()), counts(texts, _presidio())
    for type_ in TYPES.values():
        here, there = own[type_], plain[type_]
        is_met = here.recall >= there.recall and here.precision >= there.precision
        yield Row(
            f"{type_} in {of}, {here.right + here.missed:,} spans",
            f"precision {here.precision:.3f}, recall {here.recall:.3f}; "
            f"Presidio alone {there.precision:.3f}, {there.recall:.3f}",
            "at least Presidio alone",
            is_met,
            {"precision": here.precision, "recall": here.recall},
        )


def templated(rounds: int, seed: int, folder: Path | None = None) -> Iterator[tuple[str, list[Span]]]:
    """Texts and where they hold what: each template so many times, with other values each time."""
    r = random.Random(seed)
    templates, numbers = _public(folder) if folder else (OWN, [])
    fakers = list(_fakers(seed))
    for _ in range(rounds):
        for template in templates:
            yield _filled(template, r.choice(fakers), numbers, r)


def _fakers(seed: int) -> Iterator[Faker]:
    from faker import Faker

    for locale in LOCALES:
        faker = Faker([locale, "en_US"] if locale != "en_US" else "en_US")
        faker.seed_instance(seed)
        yield faker


def _public(folder: Path) -> tuple[Sequence[str], list[str]]:
    """The templates of the package and the phone numbers of its invented people."""
    lines = (folder / "templates.txt").read_text(encoding="utf-8").splitlines()
    [file] = folder.glob("FakeNameGenerator*.csv")
    with file.open(encoding="utf-8-sig") as people:
        numbers = [person["TelephoneNumber"] for person in csv.DictReader(people)]
    return [line.replace("\\n", "\n") for line in lines if line.strip()], numbers


def _filled(template: str, faker: Faker, numbers: Sequence[str], r: random.Random) -> tuple[str, list[Span]]:
    text, done, spans = "", 0, []
    for match in re.finditer(r"\{\{(\w+)\}\}", template):
        text += template[done : match.start()]
        done, name = match.end(), match[1]
        value = r.choice(numbers) if numbers and name == "phone_number" and r.random() < 0.5 else _value(faker, name)
        if name in TYPES:
            spans.append((len(text), len(text) + len(value), TYPES[name]))
        text += value
    return text + template[done:], spans


def _value(faker: Faker, name: str) -> str:
    if name == "phone_number":
        return str(faker[faker.locales[0]].phone_number() if len(faker.locales) > 1 else faker.phone_number())
    if name == "ssn":
        return str(faker["en_US"].ssn() if len(faker.locales) > 1 else faker.ssn())
    made = getattr(faker, MADE_BY.get(name, name), None)
    return str(made()) if made else faker.city()


def counts(texts: Sequence[tuple[str, list[Span]]], hits_of: Callable[[str], list[Span]]) -> dict[str, Count]:
    """Right: a hit of the type overlaps the span. Wrong: a hit that is no placeholder overlaps no span of its type."""
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for text, spans in texts:
        hits = hits_of(text)
        for start, end, type_ in spans:
            is_hit = any(hit[2] == type_ and hit[0] < end and hit[1] > start for hit in hits)
            (right if is_hit else missed)[type_] += 1
        for start, end, type_ in hits:
            is_right = any(type_ == span[2] and start < span[1] and end > span[0] for span in spans)
            wrong[type_] += not is_right and not is_placeholder(type_, text[start:end])
    return {type_: Count(right[type_], missed[type_], wrong[type_]) for type_ in TYPES.values()}


def _winnow() -> Callable[[str], list[Span]]:
    scanner = Scanner()
    return lambda text: [(hit.start, hit.end, hit.type) for hit in scanner.scan_text(text, TYPES.values()).hits]


def _presidio() -> Callable[[str], list[Span]]:
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    from analysis.personal_data.words import WordEngine

    offline = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # never a download
    vars(tldextract.tldextract)["TLD_EXTRACTOR"] = offline
    vars(tldextract)["extract"] = offline
    names = ("Phone", "Email", "CreditCard", "Iban", "Ip", "UsSsn")
    recognisers = [getattr(predefined_recognizers, f"{name}Recognizer")() for name in names]
    engine = AnalyzerEngine(
        RecognizerRegistry(recognisers), WordEngine(), context_aware_enhancer=LemmaContextAwareEnhancer()
    )

    def hits(text: str) -> list[Span]:
        found = engine.analyze(text, "en", list(TYPES.values()), score_threshold=0.4)
        return [(hit.start, hit.end, hit.entity_type) for hit in found]

    return hits
