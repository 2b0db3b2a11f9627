"""The commands of the command line, one room of the tool each; `analysis/__main__.py` lists them."""
