"""The commands of the command line, one module for each room of the tool; `analysis/__main__.py` lists them."""
