"""What does a row end with, and is it built as a trainer expects?"""

__all__ = ["answers", "faults", "stand_ins", "tables", "thoughts", "turns"]
