"""Does a hostile template end soon, with one line, in any thread, and without taking the memory?"""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

import pytest

from analysis.errors import RefusedError, TemplateError, WinnowError
from analysis.templates import Limits, Renderer, Template, find_template, known_templates

CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
SHORT = Limits(seconds=0.1)
FOREVER = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
ENDLESS = {
    "nested loops": FOREVER,
    "loops without a body": "{% for i in range(99999) if range(99999)|list|length < 3 %}{% endfor %}",
    "a test in a loop": "{% for i in range(99999) if range(99999)|select('odd')|list|first < 0 %}{% endfor %}",
    "a chain of filters": "{{ [range(99999)|list]|map('list')|map('sort')|list|length }}" * 400,
    "a macro that calls itself twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(90) }}",
    "a recursive loop": "{% for n in [60] recursive %}{% if n %}{{ loop([n - 1, n - 1]) }}{% endif %}{% endfor %}",
}
LARGE = {
    "a text times a number": "{{ 'x' * 10**10 }}",
    "a number times a text": "{{ 10**10 * 'x' }}",
    "a list times a number": "{{ [1] * 10**10 }}",
    "a power": "{{ 9 ** (9 ** 9) }}",
    "powers by multiplication": "{% set ns = namespace(n=9) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
    "center": "{{ 'x'|center(10**10) }}",
    "a constant width": "{{ 'x'|center(10000000000) }}",
    "the method center": "{{ 'x'.center(10**10) }}",
    "ljust": "{{ 'x'.ljust(10**10) }}",
    "zfill": "{{ 'x'.zfill(width) }}",
    "tabs": "{{ '\t'.expandtabs(10**10) }}",
    "a percent format": "{{ '%9999999999d' % 1 }}",
    "a percent format with a star": "{{ '%*d' % (10**9, 1) }}",
    "the filter format": "{{ '%9999999999d'|format(1) }}",
    "the method format": "{{ '{:9999999999}'.format(1) }}",
    "a format in a format": "{{ '{:{}}'.format(1, 10**9) }}",
    "format_map": "{{ '{a:9999999999}'.format_map({'a': 1}) }}",
    "doubled texts": "{% set ns = namespace(t='x') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
    "joined texts": "{% set ns = namespace(t='x') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
    "replaced texts": "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t.replace('x', ns.t) %}{% endfor %}",
    "the filter replace": "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t|replace('x', ns.t) %}{% endfor %}",
    "a joined list": "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t|join(ns.t) %}{% endfor %}",
    "the method join": "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t.join(ns.t) %}{% endfor %}",
    "captured texts": "{% set ns = namespace(t='x') %}{% for i in range(99) %}{% set t %}{{ ns.t }}{{ ns.t }}{% endset %}{% set ns.t = t %}{% endfor %}",
    "lists in lists": "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
    "objects in objects": "{% set ns = namespace(l={}) %}{% for i in range(99) %}{% set ns.l = {'a': ns.l, 'b': ns.l} %}{% endfor %}{{ ns.l|tojson }}",
    "dicts by name": "{% set ns = namespace(l={}) %}{% for i in range(99) %}{% set ns.l = dict(a=ns.l, b=ns.l) %}{% endfor %}{{ ns.l }}",
    "namespaces in namespaces": "{% set ns = namespace(l=1) %}{% for i in range(99) %}{% set ns.l = namespace(a=ns.l, b=ns.l) %}{% endfor %}{{ ns.l }}",
    "batches": "{{ [1]|batch(10**9, 'x')|list }}",
    "slices": "{{ [1]|slice(10**9)|list }}",
    "an indentation": "{{ [1]|tojson(indent=10**9) }}",
    "digits": "{{ 1.5|round(10**9, 'ceil') }}",
    "sums of lists": "{{ ([[1] * 9999] * 9999)|sum(start=[]) }}",
    "a message written often": "{% for i in range(99999) %}{% for j in range(99999) %}{{ long }}{% endfor %}{% endfor %}",
    "the template's own text": "{% for i in range(99999) %}{% for j in range(99999) %}"
    + "x" * 10_000
    + "{% endfor %}{% endfor %}",
    "a range": "{% for i in range(10**9) %}{% endfor %}",
}
BROKEN = {
    "an open tag": "{% if %}",
    "no end": "{% for m in messages %}{{ m.content }}",
    "an unknown tag": "{% frobnicate %}",
    "an unknown filter": "{{ 1|frobnicate }}",
    "a filter that is left out": "{{ 'x'|urlize }}",
    "very deep": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "very long": "x" * 200_000,
    "many loops in each other": "{% for i in [1] %}" * 50 + "{% endfor %}" * 50,
}
PRIVATE = {
    "a class": "{{ ''.__class__.__mro__ }}",
    "globals of a function": "{{ raise_exception.__globals__['os'] }}",
    "by a filter": "{{ (''|attr('__class__')).mro() }}",
    "in a format": "{{ '{0.__class__.__mro__}'.format('') }}",
    "of a namespace": "{{ namespace(__class__=1) }}",
    "of the renderer": "{{ self.__init__.__globals__ }}",
    "a change of the data": "{{ messages.append(1) }}",
    "another file": "{% include '/etc/passwd' %}",
}


def template(text: str) -> Template:
    return Template(text, "hostile", "file")


def outcome(text: str, limits: Limits = SHORT) -> str:
    """What comes of a template: its text, or its one line."""
    try:
        renderer = Renderer(template(text), limits=limits, variables={"width": 10**10, "long": "x" * 1_000_000})
        return renderer.render(CHAT).text
    except WinnowError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_is_stopped(name: str) -> None:
    assert (
        outcome(ENDLESS[name]) == "TemplateError: The template hostile takes longer than 0.1 seconds; it was stopped."
    )


@pytest.mark.parametrize("name", LARGE)
def test_what_grows_without_limit_is_stopped(name: str) -> None:
    began = time.thread_time()
    line = outcome(LARGE[name], Limits(seconds=2, characters=5_000_000))
    assert line.startswith(("TemplateError: The template hostile", "RefusedError: OverflowError")) and "\n" not in line
    assert time.thread_time() - began < 4


def test_by_itself_a_template_has_two_seconds_of_the_processor() -> None:
    renderer = Renderer(template(FOREVER))
    began = time.thread_time()
    with pytest.raises(TemplateError, match=r"^The template hostile takes longer than 2 seconds; it was stopped\.$"):
        renderer.render(CHAT)
    assert time.thread_time() - began < 2.2


def test_another_thread_stops_it_too() -> None:
    lines: list[str] = []
    thread = threading.Thread(target=lambda: lines.append(outcome(FOREVER)))
    thread.start()
    thread.join(60)
    assert lines == ["TemplateError: The template hostile takes longer than 0.1 seconds; it was stopped."]


def test_another_process_stops_it_too() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        line = pool.submit(outcome, FOREVER).result(120)
    assert line == "TemplateError: The template hostile takes longer than 0.1 seconds; it was stopped."


def test_after_a_stop_the_next_chat_is_rendered() -> None:
    text = "{% if messages|length > 1 %}" + FOREVER + "{% endif %}{{ messages[0].content }}"
    renderer = Renderer(template(text), limits=SHORT)
    with pytest.raises(TemplateError, match="it was stopped"):
        renderer.render(CHAT)
    assert renderer.render(CHAT[:1]).text == "Hi"


def test_two_threads_take_turns() -> None:
    renderer = Renderer(find_template("chatml"))
    texts: list[set[str]] = []

    def work(word: str) -> None:
        texts.append({renderer.render([{"role": "assistant", "content": word}]).text for _ in range(200)})

    threads = [threading.Thread(target=work, args=(word,)) for word in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, texts)) == [1, 1]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_template_is_named_in_one_line(name: str) -> None:
    line = outcome(BROKEN[name])
    assert line.startswith("TemplateError: The template hostile cannot be compiled: ") and "\n" not in line
    assert len(line) < 400


@pytest.mark.parametrize("name", PRIVATE)
def test_nothing_private_is_reached(name: str) -> None:
    line = outcome(PRIVATE[name])
    assert re.search(r"^RefusedError: .*(is unsafe|cannot store underscore|no loader)", line) and "\n" not in line


def test_a_refusal_is_one_line_of_the_templates_own_words() -> None:
    with pytest.raises(RefusedError) as caught:
        Renderer(template("{{ raise_exception('No\n  <b>way</b>' ~ 'x' * 1000) }}")).render(CHAT)
    assert str(caught.value) == "No <b>way</b>" + "x" * 286 + "…"


def test_a_template_that_refuses_every_row_stays_quick() -> None:
    renderer = Renderer(template("{{ raise_exception('No.') }}"))
    began = time.thread_time()
    for _ in range(2000):
        with pytest.raises(RefusedError, match=r"^No\.$"):
            renderer.render(CHAT)
    assert time.thread_time() - began < 4


def test_a_long_chat_and_a_long_message_are_rendered() -> None:
    renderer = Renderer(find_template("chatml"))
    long = [{"role": ("user", "assistant")[i % 2], "content": f"turn {i}"} for i in range(5000)]
    rendered = renderer.render(long)
    assert rendered.text.count("<|im_end|>") == 5000 and len(rendered.marked) == 2500
    content = "word " * 200_000
    assert content in renderer.render([{"role": "user", "content": content}]).text


@pytest.mark.slow
def test_every_known_template_takes_a_long_message_and_most_take_5000_turns(vendor_templates: None) -> None:
    """A template that looks at all turns again for each turn takes a time that grows with their square: it is stopped
    in one sentence. Of the templates of 2026 these are 40."""
    long = [{"role": ("user", "assistant")[i % 2], "content": f"turn {i}"} for i in range(5000)]
    message = [{"role": "user", "content": "word " * 200_000}]
    stopped: dict[str, list[str]] = {"long": [], "message": []}
    for known in known_templates():
        renderer = Renderer(find_template(known.name))
        for kind, messages in (("long", long), ("message", message)):
            with suppress(RefusedError):
                try:
                    renderer.render(messages)
                except TemplateError as error:
                    stopped[kind].append(str(error))
    assert stopped["message"] == []
    assert len(stopped["long"]) <= 60
    assert all(sentence.endswith("takes longer than 2 seconds; it was stopped.") for sentence in stopped["long"])


def test_a_variable_and_the_date_are_parameters() -> None:
    import datetime

    text = "{{ enable_thinking }} {{ strftime_now('%d %b %Y') }}"
    renderer = Renderer(template(text), variables={"enable_thinking": False}, date=datetime.date(2024, 7, 26))
    assert renderer.render([]).text == "False 26 Jul 2024"
    assert Renderer(template(text)).render([]).text == " 01 Jan 2025"
