"""Removes personal data on export: what is done with each type, what replaces a value, the check afterwards."""

__all__ = ["outcome", "plan", "preview", "pseudonyms", "redacting", "source_tables"]
