"""Runs the comparison: python tests/bench/harness --server BENCH-SERVER --results FOLDER --program LANGUAGE COMMAND… [--quick]

Writes results.json, table.md and bench.svg into the folder, and the short table into the page.
"""

import argparse
import json
import pathlib
import shlex

import figures
import instructions
import machine
import page
import picture
import sizes
import table
import targets
import works
from program import Program


def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--server", required=True, help="the program that all others call")
    parser.add_argument("--program", action="append", nargs=2, default=[], metavar=("LANGUAGE", "COMMAND"))
    parser.add_argument("--empty", action="append", nargs=2, default=[], metavar=("LANGUAGE", "COMMAND"), help="does nothing: what is left of a cold start without any client")
    parser.add_argument("--dist", required=True, type=pathlib.Path, help="the packages whose sizes are told")
    parser.add_argument("--results", required=True, type=pathlib.Path)
    parser.add_argument("--page", required=True, type=pathlib.Path, help="has the short table between its markers")
    parser.add_argument("--build-seconds", type=float)
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, for a look; not for the page")
    return parser.parse_args()


def main():
    options = parse()
    programs = [Program(language, shlex.split(command)) for language, command in options.program]
    empty = {language: shlex.split(command) for language, command in options.empty}
    runs = works.run(programs, empty, options.server, options.quick)
    results = {
        "machine": machine.describe(),
        "quick": options.quick,
        "build_s": options.build_seconds,
        "peers": [peer for program in programs for peer in program.peers],
        "works": figures.collect(runs),
        "instructions": instructions.count(programs, options.server),
        "sizes": sizes.of(options.dist),
    }
    results["targets"] = targets.judge(results)
    options.results.mkdir(exist_ok=True)
    (options.results / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (options.results / "table.md").write_text(table.write(results), encoding="utf-8")
    picture.draw(results, options.results / "bench.svg")
    page.put(options.page, results, options.results)
    print(table.of_targets(results))


main()
