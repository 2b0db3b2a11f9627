"""The parts of the page Training."""

__all__ = ["asked", "faults", "groups", "lengths", "links", "numbers", "reading", "sent_prompts"]
