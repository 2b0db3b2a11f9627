"""What do templates, models and scripts leave behind? Special tokens, placeholders, merged records, phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.noise.kind import Kind

_NAMED_TOKENS = (
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<s>",
    "</s>",
    "<unk>",
    "<pad>",
    "<bos>",
    "<eos>",
    "<mask>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    "<end_of_utterance>",
    "<fim_prefix>",
    "<fim_middle>",
    "<fim_suffix>",
    "<fim_pad>",
    "<sep>",
    "<cls>",
    "</think_end>",
    "<EOT>",
    "<SEP>",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[PAD]",
    "[UNK]",
    "[BOS]",
    "[EOS]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
    "[ARGS]",
    "[IMG]",
    "[IMG_BREAK]",
    "[IMG_END]",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "[gMASK]",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
    "<function_call>",
    "<reserved_106>",
    "<reserved_107>",
)
_GENERIC = (
    r"<[|\u{ff5c}][A-Za-z0-9_/\u{2581}-]{1,40}[|\u{ff5c}]>"  # ChatML, Llama 3, Phi, DeepSeek and most others
    r"|(?m:^)#{2,3} ?(?:Instruction|Response|Input|Human|Assistant|User|System)(?: \d+)?:"  # Alpaca, Vicuna 0
    r"|(?m:^)(?:USER|ASSISTANT|HUMAN): "
)
_ROLE_AFTER = (
    r"(?:<\|im_start\|>|<start_of_turn>|<\|start_header_id\|>)(?:system|user|assistant|model|tool)?"
    r"(?:<\|end_header_id\|>)?\n*"
)

_ASKS = r"(?:your|insert|enter|add|company|customer|client|recipient|sender|user|product|first|last|full)"
_NAMES = (
    r"(?:NAME|DATE|TIME|COMPANY|CITY|COUNTRY|ADDRESS|EMAIL|PHONE|NUMBER|TITLE|TOPIC|INSERT|YOUR|LOCATION|AMOUNT|PRICE|"
    r"PRODUCT|USER|CUSTOMER|CLIENT|PLACEHOLDER|REDACTED|LINK|URL|BLANK|FIRSTNAME|LASTNAME)"
)
_PLACEHOLDER = (
    r"\{\{[ \t]*[A-Za-z_][\w.\- ]{0,40}\}\}|\{(?:[a-z]+(?:_[a-z]+)+|[Nn]ame)\}"
    rf"|\{{(?:[A-Z]+_)*{_NAMES}(?:_[A-Z]+)*\}}"
    rf"|\[(?i:{_ASKS})[ _'’-][^\[\]\n]{{1,60}}\]|\[(?i:name|date|insert|company|topic|your name)\]"
    rf"|[\[<](?:[A-Z]+[ _-])*{_NAMES}(?:[ _-][A-Z]+)*[\]>]|<(?i:{_ASKS})[ _-][A-Za-z][^<>=\n]{{0,40}}>"
    r"|%[A-Z][A-Z_]{3,30}%|\bX{4,}\b|\b(?:TODO|FIXME|TBD)\b(?::|\b)|(?i:\blorem ipsum\b)"
)

_MERGED = (
    r"\n[ \t]*\r?\n(?:Input|Instruction):[ \t]*\r?\n[^\n]*\r?\n[0-9]{1,4}\.[ \t]*(?:Output|Input|Instruction)[ \t]*:"
    r"|\n[ \t]*#{2,}[ \t]*\r?\n(?:[ \t]*\r?\n)*(?:[0-9]{1,4}\.[ \t]*)?(?:Instruction|Input|Output|Task|Question)[ \t]*:"
    r"|\n[0-9]{1,4}\.[ \t]*(?:Instruction|Input|Output)[ \t]*:|\n[ \t]*\r?\n(?:Human|### ?Human|USER):[ \t]"
)
_STAND_IN = (
    r"(?i)(?:\A|\n[ \t]*\r?\n|\n?(?:Input|Context):)\s*"
    r"(?:[<(\[]?no[ _]?input[>)\]]?(?: (?:required|needed|provided|necessary|given))?|n/a|n\.a\.|none|null|nil|nan|"
    r"not applicable|undefined|<?empty>?|<?blank>?|-{1,3})[ \t]*\.?\s*\z"
)

_MODEL = (
    r"(?:(?:AI|artificial intelligence|large language|language|machine learning|AI language)[ -]"
    r"(?:language )?(?:model|assistant|program|system|chatbot|bot))"
)
_TO_THE_END = r"[^.!?\n]*[.!?]?[ \t]*"
_BOILERPLATE = (
    r"(?i)\b(?:"
    + "|".join(
        (
            rf"as an? {_MODEL}\b[^,.\n]{{0,60}},?[ \t]*",
            r"as an? (?:AI|artificial intelligence|chatbot|virtual assistant)"
            r"(?: (?:developed|created|trained|made|designed|built) by[^,.\n]{0,60})?,[ \t]*",
            rf"I(?:['’]m| am) (?:just |only |merely )?an? "
            rf"(?:{_MODEL}|AI\b|artificial intelligence|chatbot){_TO_THE_END}",
            rf"my (?:knowledge (?:cut[ -]?off|ends|was last updated)|training data|"
            rf"last (?:knowledge )?update)\b{_TO_THE_END}",
            r"I (?:do not|don['’]t) have (?:(?:access to )?real[ -]time|"
            r"(?:any )?personal (?:experiences?|opinions?|beliefs|feelings)|feelings|emotions|consciousness)"
            r"[^.,!?\n]*[.,!?]?[ \t]*",
            r"(?:trained|developed|created|made) by "
            r"(?:OpenAI|Anthropic|Google DeepMind|Meta AI|Mistral AI|DeepSeek|Alibaba Cloud)\b",
        )
    )
    + ")"
)
_MAY_BE_BOILERPLATE = (
    r"(?i)language model|\bAI\b|artificial|chatbot|virtual assistant|machine learning|my (?:training|knowledge|last)|"
    r"have (?:access to real|real|any personal|personal|feelings|emotions|consciousness)|"
    r"(?:trained|developed|created|made) by"
)
_PLEASANTRY = (
    r"(?i)(?:"
    + "|".join(
        (
            r"\A\s*(?:sure(?: thing)?|certainly|of course|absolutely|great question|good question|"
            r"happy to help)[!,.]+[ \t]*"
            r"(?:(?:here(?:['’]s| is| are)|I(?:['’]d| would) be (?:happy|glad) to)[^.:!?\n]{0,120}[.:!?])?\s*",
            r"\b(?:I )?hope (?:this|that|it) (?:helps|was helpful)\b[^.!?\n]{0,60}[.!?]?[ \t]*",
            r"\b(?:please )?(?:feel free to (?:ask|reach out|let me know)|let me know if (?:you|there|anything))"
            r"[^.!?\n]{0,160}[.!?]?[ \t]*",
            r"\bis there anything else (?:I can|you)[^.!?\n]{0,80}[.!?]?[ \t]*",
        )
    )
    + ")"
)
_MAY_BE_PLEASANT = (
    r"(?i)\A\s*(?:sure|certainly|of course|absolutely|great|good|happy)|hope |feel free|let me know|anything else"
)


def special_tokens(more: Sequence[str] = ()) -> Kind:
    """Special tokens of common chat templates, and `more`: those of a tokenizer."""
    named = sorted({*_NAMED_TOKENS, *more}, key=lambda token: (-len(token), token))
    marks = f"{_GENERIC}|{'|'.join(re.escape(token) for token in named)}"
    hint = r"[<\[]|##|(?m:^)(?:USER|ASSISTANT|HUMAN):" if all(token[:1] in "<[" for token in named) else marks
    steps = ((_ROLE_AFTER, ""), (rf"(?:{marks})[ \t]*\n?", ""))
    return Kind("special_tokens", "Special tokens of chat templates", marks, hint=hint, steps=steps)


MERGED = Kind(
    "merged_records",
    "Merged records",
    _MERGED,
    steps=((rf"(?s)(?:{_MERGED}).*\z", ""),),
    hint=r"(?:Instruction|Input|Output|Task|Question|Human|USER)[ \t]*:",
)
LEFTOVERS = (
    special_tokens(),
    Kind(
        "placeholders",
        "Unfilled placeholders",
        _PLACEHOLDER,
        hint=r"[{\[<%]|XXXX|TODO|FIXME|TBD|(?i:lorem)",
        protects="code",
    ),
    Kind("stand_ins", "Stand-ins such as “No input”", _STAND_IN, hint=_STAND_IN),
    Kind("ai_boilerplate", "“As an AI language model”", _BOILERPLATE, hint=_MAY_BE_BOILERPLATE),
    Kind(
        "pleasantries",
        "Pleasantries around the answer",
        _PLEASANTRY,
        hint=_MAY_BE_PLEASANT,
        roles=("response", "rejected"),
    ),
)
