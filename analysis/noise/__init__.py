"""Kinds of formatting noise: how each is found in a text, and what the text is without it."""

from analysis.noise.cleaning import cleaned, cleaned_texts
from analysis.noise.kind import Kind
from analysis.noise.kinds import KINDS, ROLES, NoiseError, kind_named, kinds_with, places

__all__ = ["KINDS", "ROLES", "Kind", "NoiseError", "cleaned", "cleaned_texts", "kind_named", "kinds_with", "places"]
