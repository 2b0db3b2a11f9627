"""The parts of the page Map: what is alike, which rows to pick, and by which vectors."""
