"""The template of a model's folder or of one of its files, with the special tokens that its tokenizer states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from analysis.errors import TemplateError
from analysis.templates.template import Origin, Template, guessed_specials

TEXT, CONFIG, MORE = "chat_template.jinja", "tokenizer_config.json", "additional_chat_templates"
SPECIALS = ("bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token", "mask_token")
MAX_TEXT = 512 << 10  # bytes of a template's file; the largest of 786 published ones has 45,602
MAX_CONFIG = 64 << 20  # bytes of a tokenizer_config.json, which may list each added token


def template_of_file(path: Path) -> Template:
    """The template of a text file, with the special tokens of the `tokenizer_config.json` beside it, if there is one.

    Raises TemplateError where it cannot be read.
    """
    return _of_text(_text(path), path, "file")


def template_of_folder(folder: Path, named: str = "") -> Template:
    """The template of a model's folder: `chat_template.jinja`, or what its `tokenizer_config.json` holds.

    `named`: one of several, such as `tool_use`, in `additional_chat_templates/` or in the configuration.

    Raises TemplateError where there is none.
    """
    path = folder / MORE / f"{Path(named).name}.jinja" if named not in ("", "default") else folder / TEXT
    if path.is_file():
        return _of_text(_text(path), folder, "model folder")
    if (folder / CONFIG).is_file():
        return template_of_config(folder / CONFIG, named)
    raise TemplateError(
        f"{folder} holds no template: neither {path.relative_to(folder)} nor {CONFIG} is there; "
        "give a .jinja file, or a template's name."
    )


def template_of_config(path: Path, named: str = "") -> Template:
    """The template in a `tokenizer_config.json`: a text, or one of several with names; without a name the default.

    Raises TemplateError where there is none.
    """
    config = _config(path)
    texts = templates_in(config.get("chat_template"))
    name = named or ("default" if "default" in texts or len(texts) != 1 else next(iter(texts)))
    if name not in texts:
        reason = f"its templates are {', '.join(texts)}" if texts else "it has no chat_template"
        raise TemplateError(f"{path} holds no template {name}: {reason}; give a .jinja file, or a template's name.")
    _check_size(len(texts[name].encode("utf-8", "surrogatepass")), path)
    return Template(texts[name], path.parent.name or str(path), "model folder", specials_in(config))


def templates_in(value: object) -> dict[str, str]:
    """The texts by name of a `chat_template`: one text is the default."""
    if isinstance(value, str):
        return {"default": value}
    pairs = value if isinstance(value, list) else []
    return {
        pair["name"]: pair["template"]
        for pair in pairs
        if isinstance(pair, dict) and isinstance(pair.get("name"), str) and isinstance(pair.get("template"), str)
    }


def specials_in(config: dict[str, Any]) -> dict[str, str]:
    """The special tokens of a tokenizer's configuration: each a text, or an object with its `content`."""
    values = {name: config.get(name) for name in SPECIALS}
    texts = {name: value.get("content") if isinstance(value, dict) else value for name, value in values.items()}
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def _of_text(text: str, path: Path, origin: Origin) -> Template:
    config = (path if path.is_dir() else path.parent) / CONFIG
    is_stated = config.is_file()
    specials = specials_in(_config(config)) if is_stated else guessed_specials(text)
    name = path.name if path.is_dir() else path.stem
    if name == "chat_template":
        name = path.resolve().parent.name or name
    return Template(text, name, origin, specials, are_guessed=not is_stated)


def _config(path: Path) -> dict[str, Any]:
    content = _bytes(path, MAX_CONFIG)
    try:
        config = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise TemplateError(f"{path} is not JSON: {error}; copy the model's file again.") from None
    if not isinstance(config, dict):
        raise TemplateError(f"{path} is no configuration of a tokenizer: it holds no object.")
    return config


def _text(path: Path) -> str:
    content = _bytes(path, MAX_TEXT)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"{path} is not UTF-8: byte {error.start:,} cannot be read; save the template as UTF-8."
        ) from None


def _check_size(size: int, path: Path, limit: int = MAX_TEXT) -> None:
    if size > limit:
        raise TemplateError(
            f"{path} has {size:,} bytes, more than the {limit:,} that are read; is it a template's file?"
        )


def _bytes(path: Path, limit: int) -> bytes:
    try:
        _check_size(path.stat().st_size, path, limit)
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise TemplateError(f"{path} cannot be read ({error.strerror}); check the file and its owner.") from None
    _check_size(len(content), path, limit)
    return content
