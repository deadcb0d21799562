"""``scripts/bench [--json FILE]``: measure, print beside the goals, exit 1 when one is missed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench_parts.figures import as_json, as_table
from bench_parts.measure import all_figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    figures = all_figures(lambda text: print(f"measuring {text} ...", file=sys.stderr, flush=True))
    print(as_table(figures))
    if options.json:
        options.json.write_text(as_json(figures), encoding="utf-8")
    missed = [figure.name for figure in figures if not figure.met]
    if missed:
        print(f"Missed: {', '.join(missed)}.", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
