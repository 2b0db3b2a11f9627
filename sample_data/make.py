"""Writes the sample datasets, their TRUTH.json and README.md: `python sample_data/make.py [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sample_data.maker.datasets import files  # noqa: E402


def main(folder: Path) -> None:
    """Writes every file into the folder and says how large each is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        data = text.encode("utf-8")
        (folder / name).write_bytes(data)
        sys.stderr.write(f"{name}: {len(data):,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
