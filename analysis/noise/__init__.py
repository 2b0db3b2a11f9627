"""Which kinds of formatting noise are there, how is each found in a text, and what is the text without it?"""

from analysis.errors import NoiseError
from analysis.noise.cleaning import cleaned, cleaned_texts
from analysis.noise.kind import Kind
from analysis.noise.kinds import KINDS, ROLES, kind_named, kinds_with, places

__all__ = [
    "KINDS",
    "ROLES",
    "Kind",
    "NoiseError",
    "cleaned",
    "cleaned_texts",
    "kind_named",
    "kinds_with",
    "places",
    "tables",
]
