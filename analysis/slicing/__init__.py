"""Rows cut into slices: what is measured in each, how far it lies from the rest, and what sets two sides apart."""
