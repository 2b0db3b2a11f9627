"""One signal per file, and catalogue.py, which lists them all."""
