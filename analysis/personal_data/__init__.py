"""Personal data and secrets in texts: how each type is found, what stands in for it, and what is kept of it."""
