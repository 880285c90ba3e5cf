"""Holds the published sample of the paper's page against the one that its published records give.

    aanet report paper --from study --all-seeds --runs reports/records --out fresh
    python3 Tests/Pages/check_sample.py fresh reports/sample

Records have no network, so that the pictures of what one looks at are missing there: the text is compared up to them, and
the charts by their names.
"""

import difflib
import pathlib
import sys

PICTURES = "## What the network looks at"


def text(folder: pathlib.Path) -> list[str]:
    whole = (folder / "paper.md").read_text(encoding="utf-8")
    before, heading, _ = whole.partition(f"\n{PICTURES}\n")
    if not heading:
        sys.exit(f"{folder}/paper.md has no heading '{PICTURES}'")
    return before.splitlines()


def main() -> None:
    fresh, sample = map(pathlib.Path, sys.argv[1:3])
    lines = list(difflib.unified_diff(text(sample), text(fresh), str(sample), str(fresh), lineterm="", n=0))
    for line in lines[:20]:
        print(line[:200])
    if lines:
        sys.exit(f"{sample} is not what the records give: make sample")
    charts = {path.name for path in fresh.glob("*.svg")}
    missing = sorted(name for name in charts if not (sample / name).is_file())
    if missing:
        sys.exit(f"{sample} lacks {', '.join(missing)}: make sample")
    if not charts:
        sys.exit(f"{fresh} has no chart")
    print(f"{len(text(fresh))} lines and {len(charts)} charts as the records give them")


main()
