"""The parts of the page Overview: numbers, the contract's verdict, findings, and what was not looked for."""

__all__ = ["cards", "checks", "funnel", "not_looked", "numbers", "verdict"]
