"""Presidio's log messages are stopped, since they may hold values; its patterns stop in time, and are counted."""

from __future__ import annotations

import functools
import logging

REGEX_TIMEOUT_S = 5  # for one pattern on one window; a text that reaches it is marked as partly scanned


class Quiet(logging.Filter):
    """Stops Presidio's log messages, which may hold values, and counts patterns that took too long."""

    timeouts = 0

    def filter(self, record: logging.LogRecord) -> bool:
        self.timeouts += "timed out" in str(record.msg)
        return False


@functools.cache
def quiet() -> Quiet:
    """The filter, active from the first call on; a pattern stops after REGEX_TIMEOUT_S."""
    from presidio_analyzer import pattern_recognizer
    from presidio_analyzer.predefined_recognizers.generic import iban_recognizer

    for module in (pattern_recognizer, iban_recognizer):
        vars(module)["REGEX_TIMEOUT_SECONDS"] = REGEX_TIMEOUT_S
    quiet_filter = Quiet()
    for name in ("presidio-analyzer", "decision_process"):
        logging.getLogger(name).addFilter(quiet_filter)
    return quiet_filter
