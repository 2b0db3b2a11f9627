"""The parts of the page Annotators, a file for each of its questions."""
