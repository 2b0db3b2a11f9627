"""What does a row end with, and is it built as a trainer expects?"""

__all__ = ["answers", "thoughts", "turns"]
