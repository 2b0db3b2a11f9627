"""The Jinja environment of chat templates: as that of transformers 5.23, sandboxed, each step behind a meter.

What a template sees follows transformers' `_compile_jinja_template`: `trim_blocks`, `lstrip_blocks`, loop controls,
`{% generation %}`, `raise_exception`, `strftime_now`, `tojson` without escaping, a `dict` and a `namespace` that cannot
be broken out of. The `range` of the sandbox ends at 100,000.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from analysis.templates import guards
from analysis.templates.meter import Meter

REPEATED = (nodes.For, nodes.Macro, nodes.CallBlock)


class Generation(Extension):
    """`{% generation %}`: remembers where in the output its text is."""

    tags = {"generation"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_marked"), [], [], body).set_lineno(line)

    def _marked(self, caller: Macro) -> object:
        text = caller()
        environment = self.environment
        if isinstance(environment, Sandbox):
            environment.marked.append((environment.length, environment.length + len(text)))
        return text


class Generator(CodeGenerator):
    """Writes the code of a template: loops, macros, joined texts and lists ask the meter."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        if node.test is not None:
            node.test = nodes.And(_tick(0, node), node.test)
        self._with_tick(node)
        super().visit_For(node, frame)

    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:
        self._with_tick(node)
        super().visit_Macro(node, frame)

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:
        self._with_tick(node)
        super().visit_CallBlock(node, frame)

    def _with_tick(self, node: nodes.For | nodes.Macro | nodes.CallBlock) -> None:
        node.body.insert(0, nodes.ExprStmt(_tick(_own_characters(node), node)).set_lineno(node.lineno))

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if isinstance(node.node, nodes.EnvironmentAttribute) and node.node.name == "tick":
            characters = node.args[0]
            self.write(f"environment.tick({characters.as_const() if isinstance(characters, nodes.Const) else 0})")
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        join = "markup_join" if frame.eval_ctx.autoescape or frame.eval_ctx.volatile else "str_join"
        self.write(f"environment.joined({join}, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self._held(node, node.items, lambda: super(Generator, self).visit_List(node, frame))

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        items = [] if node.ctx == "store" else node.items
        self._held(node, items, lambda: super(Generator, self).visit_Tuple(node, frame))

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        values = [part for pair in node.items for part in (pair.key, pair.value)]
        self._held(node, values, lambda: super(Generator, self).visit_Dict(node, frame))

    def _held(self, node: nodes.Node, items: list[nodes.Expr], write: Callable[[], None]) -> None:
        """A list is measured where something in it is not a constant."""
        if all(isinstance(item, nodes.Const) for item in items):
            write()
            return
        self.write("environment.held(")
        write()
        self.write(")")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        """Two values of which neither is a constant are measured before they are compared."""
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        if any(isinstance(side, nodes.Const | nodes.Tuple | nodes.List) for side in sides):
            super().visit_Compare(node, frame)
            return
        self.write("(environment.comparable(")
        self.visit(node.expr, frame)
        self.write(")")
        for operand in node.ops:
            self.visit(operand, frame)
        self.write(")")


def _tick(characters: int, node: nodes.Node) -> nodes.Call:
    call = nodes.Call(nodes.EnvironmentAttribute("tick"), [nodes.Const(characters)], [], None, None)
    call.set_lineno(node.lineno)
    return call


def _own_characters(node: nodes.Node) -> int:
    """How many characters of the template's own text one round can write, inner loops and macros left out."""
    total = 0
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            total += len(child.data)
        elif isinstance(child, nodes.Const) and isinstance(child.value, str) and isinstance(node, nodes.Output):
            total += len(child.value)
        if not isinstance(child, REPEATED):
            total += _own_characters(child)
    return total


class TemplateDict:
    """`dict` as a function, without the attributes of the class."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args, **kwargs)


class TemplateNamespace(Namespace):
    """`namespace`, which keeps no attribute that begins with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:  # so that a template can set an attribute `self`
        itself, attributes = args[0], dict(*args[1:], **kwargs)
        for name in attributes:
            _check_attribute(name)
        Namespace.__init__(itself, attributes)

    def __setitem__(self, name: str, value: object) -> None:
        _check_attribute(name)
        super().__setitem__(name, value)


def _check_attribute(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.TemplateError(
            f"Chat templates cannot store underscore-prefixed attributes on a namespace, but got {name!r}. "
            "Please rename the attribute."
        )


def to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as transformers writes it: not escaped for HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of one template; it renders one chat at a time.

    `marked`, `length`: the spans inside `{% generation %}`, and how much is written, of the chat that is rendered.
    """

    code_generator_class = Generator
    intercepted_binops = frozenset(guards.OPERATORS)

    def __init__(self, meter: Meter, now: datetime.datetime) -> None:
        super().__init__(
            trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols], finalize=meter.written
        )
        self.meter = meter
        self.tick, self.held = meter.tick, meter.held
        self.marked: list[tuple[int, int]] = []
        self.length = 0
        self.filters["tojson"] = to_json
        self.filters = guards.guarded_filters(self.filters, meter)
        self.tests = guards.guarded_tests(self.tests, meter)
        del self.globals["lipsum"]  # words at random
        self.globals["raise_exception"] = _raise
        self.globals["strftime_now"] = now.strftime
        self.globals["dict"] = TemplateDict()
        self.globals["namespace"] = TemplateNamespace

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        __self.meter.tick()
        guards.before_call(__self.meter, __obj, args, kwargs)
        return guards.kept(__self.meter, super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return guards.operate(self.meter, operator, left, right)

    def joined(self, join: Callable[..., Any], values: tuple[object, ...]) -> object:
        """Texts one after the other, their sizes measured."""
        return guards.joined(self.meter, join, values)

    def comparable(self, value: Any) -> Any:
        """A value that is compared with another; a list is measured first."""
        return self.meter.held(value) if isinstance(value, list | tuple | dict) else value


def _raise(message: str) -> None:
    raise jinja2.TemplateError(message)
