"""The shapes of secrets: keys and tokens of services, private keys, passwords in addresses, values after "secret:"."""

from __future__ import annotations

import re

PEM_CHARS = 8_000  # the rest of a longer private key is not part of the hit
SURE, LIKELY = 1.0, 0.6
EDGE, END = r"(?<![\w\-])", r"(?![\w\-])"
SHAPES: dict[str, tuple[str, float]] = {
    "AWS access key": (EDGE + r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}" + END, SURE),
    "GitHub token": (EDGE + r"(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})" + END, SURE),
    "GitLab token": (EDGE + r"gl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_\-]{20,64}" + END, SURE),
    "Slack token": (EDGE + r"xox[abeoprs]-[A-Za-z0-9\-]{10,250}" + END, SURE),
    "Slack webhook": (r"https://hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{16,32}", SURE),
    "Google API key": (EDGE + r"AIza[A-Za-z0-9_\-]{35}" + END, SURE),
    "Google token": (EDGE + r"ya29\.[A-Za-z0-9_\-]{20,500}" + END, SURE),
    "sk- key": (
        EDGE + r"sk-(?:(?:proj|svcacct|admin|ant-[a-z0-9]{3,8}|or-v1|live)-)?"
        r"[A-Za-z0-9_]{20,250}(?:-[A-Za-z0-9_]{6,200}){0,3}" + END,
        SURE,
    ),
    "Stripe key": (EDGE + r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,250}" + END, SURE),
    "Hugging Face token": (EDGE + r"hf_[A-Za-z0-9]{30,60}" + END, SURE),
    "npm token": (EDGE + r"npm_[A-Za-z0-9]{36}" + END, SURE),
    "PyPI token": (EDGE + r"pypi-AgEI[A-Za-z0-9_\-]{50,400}" + END, SURE),
    "SendGrid key": (EDGE + r"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{32,64}" + END, SURE),
    "DigitalOcean token": (EDGE + r"do[opr]_v1_[a-f0-9]{64}" + END, SURE),
    "Shopify token": (EDGE + r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}" + END, SURE),
    "Twilio key": (EDGE + r"SK[0-9a-f]{32}" + END, SURE),
    "Telegram token": (EDGE + r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}" + END, SURE),
    "JSON web token": (
        EDGE + r"eyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,1000}" + END,
        SURE,
    ),
    "private key": (
        r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:[A-Za-z0-9+/=\s:,.\\\-]{{0,{PEM_CHARS}}}?"
        r"-----END (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?",
        SURE,
    ),
    "password in an address": (
        r"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]{1,20}://[^\s:/@\"'<>`{}$]{0,64}:[^\s/@\"'<>`{}$]{3,128}@[A-Za-z0-9\[][^\s\"'<>`]{0,500}(?<![.,;:!?)\]}])",
        SURE,
    ),
    "token in an address": (r"https?://[A-Za-z0-9_\-]{20,100}@[A-Za-z0-9][^\s\"'<>`]{0,500}(?<![.,;:!?)\]}])", SURE),
    "bearer token": (r"(?<=\b(?i:bearer) )[A-Za-z0-9_\-.+/]{20,2000}={0,2}(?![\w\-])", LIKELY),
    "called a secret": (
        r"(?<=(?i:api[_\-]?key|secret(?:[_\-]?(?:access[_\-]?)?key)?|access[_\-]?key|auth[_\-]?token|access[_\-]?token|"
        r"client[_\-]?secret|token|passwo?r?d)[\"']?\s{0,2}[:=]\s{0,2}[\"']?)[A-Za-z0-9_\-+/]{16,200}={0,2}(?![\w\-(.\[])",
        LIKELY,
    ),
}
"""Name -> a case-sensitive pattern, and its score. `LIKELY` values must also look random (`is_no_secret`)."""
CUES = {
    "bearer token": r"(?i:bearer) [A-Za-z0-9_\-.+/]{20}",
    "called a secret": r"(?i:key|secret|token|passwd|password)[\"']?\s{0,2}[:=]\s{0,2}[\"']?[A-Za-z0-9_\-+/]{16}",
}
"""For the search: they include the word in front, which the patterns only check in a lookbehind."""
STRUCTURED = re.compile(
    "|".join(
        f"(?:{shape.removesuffix(END)})" for shape, score in SHAPES.values() if score == SURE and "(?<=" not in shape
    )
)


def is_no_secret(value: str) -> bool:
    """Whether a value after a word such as "secret" is a word, a path or a number."""
    if STRUCTURED.match(value):
        return False
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    return digits < 2 or letters < 4 or len(set(value)) < 8
