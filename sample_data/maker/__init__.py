"""The hand-written knowledge and the grammar from which the sample datasets are made."""
