"""Deciding which of several equal or near rows stay: kinds, policies, what people say of pairs, reasons."""
