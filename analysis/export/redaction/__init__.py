"""Personal data taken out on export: what is done with each type, what stands in its place, the check afterwards."""

__all__ = ["plan", "preview", "pseudonyms", "redacting"]
