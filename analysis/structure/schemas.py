"""Do the arguments of a call fit the schema that its tool declares? A schema is a stranger's: nothing of it is fetched.

Checked is JSON Schema as of draft 2020-12, without the keywords that hold a regular expression: `pattern`,
`patternProperties` and `format`. Such a pattern can run for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import orjson

from analysis.errors import SchemaError

Json = Any
Keyword = Callable[[Any, Json, Json, Json], Iterator[Any] | None]
MOST_STEPS = 20_000
MOST_CHARACTERS = 100_000
"""Of a schema, and of arguments; longer ones are not judged."""
UNCHECKED = ("pattern", "patternProperties", "format", "contentMediaType", "contentEncoding", "contentSchema")
MOST_UNIQUE = 1_000
"""Items of a list of which all must differ; of longer lists it is not checked."""


def fits(schema: Json, arguments: dict[str, Json]) -> bool | None:
    """Whether the arguments are what the schema asks for; as they are, or without those that are null.

    None where that is unknown: the schema is none, refers to another document or to itself without end, is too
    large or takes too many steps, or the arguments are too large.
    """
    try:
        judge = judge_of(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
        if judge is None or len(orjson.dumps(arguments)) > MOST_CHARACTERS:
            return None
    except orjson.JSONEncodeError:  # a whole number beyond 64 bits, or nested too deeply
        return None
    is_fitting = judge(arguments)
    if is_fitting is False and None in arguments.values():
        return judge({key: value for key, value in arguments.items() if value is not None})
    return is_fitting


@lru_cache(maxsize=10_000)
def judge_of(text: bytes) -> Callable[[dict[str, Json]], bool | None] | None:
    """A function that says whether arguments fit the schema of this JSON; None where it is no schema."""
    from jsonschema import Draft202012Validator, validators
    from jsonschema.exceptions import UndefinedTypeCheck, UnknownType
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    if len(text) > MOST_CHARACTERS:
        return None
    schema = orjson.loads(text)
    if isinstance(schema, dict):
        schema.pop("$schema", None)
    if b'"$schema"' in orjson.dumps(schema):  # it would change the rules midway
        return None
    left = [MOST_STEPS]

    def counted(keyword: Keyword) -> Keyword:
        def check(validator: Any, value: Json, instance: Json, of: Json) -> Iterator[Any] | None:
            left[0] -= 1
            if left[0] < 0:
                raise SchemaError(f"The schema takes more than {MOST_STEPS:,} steps.")
            return keyword(validator, value, instance, of)

        return check

    rules = {name: rule for name, rule in Draft202012Validator.VALIDATORS.items() if name not in UNCHECKED}
    if b'"patternProperties"' in text:  # these two read its patterns
        rules = {name: rule for name, rule in rules.items() if name not in ("additionalProperties", UNEVALUATED)}
    rules["uniqueItems"] = _unique(rules["uniqueItems"])
    rules = {name: counted(rule) for name, rule in rules.items()}
    checker = validators.create(
        meta_schema=Draft202012Validator.META_SCHEMA,
        validators=rules,
        type_checker=Draft202012Validator.TYPE_CHECKER,
        id_of=Draft202012Validator.ID_OF,
    )
    unknown = (
        SchemaError,
        RecursionError,
        UnknownType,
        UndefinedTypeCheck,
        Unresolvable,
        ArithmeticError,
        ValueError,  # an address that is none
    )

    def judge(arguments: dict[str, Json]) -> bool | None:
        left[0] = MOST_STEPS
        try:
            return bool(validator.is_valid(arguments))
        except unknown:
            return None

    try:
        if not Draft202012Validator(Draft202012Validator.META_SCHEMA).is_valid(schema):
            return None
        validator = checker(schema, registry=Registry())
    except unknown:
        return None
    return judge


UNEVALUATED = "unevaluatedProperties"


def _unique(keyword: Keyword) -> Keyword:
    def check(validator: Any, value: Json, instance: Json, of: Json) -> Iterator[Any] | None:
        is_long = isinstance(instance, list) and len(instance) > MOST_UNIQUE
        return None if is_long else keyword(validator, value, instance, of)

    return check
