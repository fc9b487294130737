"""The tables of tests/bench/results/table.md."""

from figures import find, middle, ratio

TITLES = {
    "sequential": "One call after another",
    "at_64": "64 calls at once",
    "cold": "Cold start",
    "slow": "256 calls at once, against a server that takes 50 ms",
    "slow_tls": "The same over TLS",
    "memory": "Memory",
}
NOTES = {
    "sequential": "Per call. CPU is the client's, user and system. The ratio is our CPU over the peer's: the median over the rounds, and the least and the most.",
    "at_64": "As above; median and p99 are what one call waits, with 63 others before the same server.",
    "cold": "From the start of the process to the first answer; import, and first call (making the client, and one call) as the program itself sees them. `(nothing)` is the interpreter alone; for Swift, what starts it.",
    "slow": "The ideal is calls × 50 ms / 256.",
    "slow_tls": "HTTP/2 where the client speaks it.",
    "memory": "Resident, in MiB: after the import, after 100 calls, after all, and at the highest.",
}


def write(results):
    parts = ["# Beside the alternatives", heading(results), "## Targets\n\n" + of_targets(results)]
    for work, entries in results["works"].items():
        rows = COLUMNS[work](results, entries)
        parts.append(f"## {TITLES[work]}\n\n{NOTES[work]}\n\n{rows}")
    if results["instructions"]:
        rows = [(one["peer"], f"{one['instructions']:,}") for one in results["instructions"]]
        parts.append("## Instructions of a call, in Rust\n\nCounted by valgrind; the same on every run, or nearly so.\n\n" + markdown(("peer", "instructions"), rows))
    rows = [(one["what"], f"{one['bytes'] / 1e6:.2f} MB") for one in results["sizes"]]
    if results["build_s"]:
        rows.append(("the Rust crate, built from nothing", f"{results['build_s']:.0f} s"))
    parts.append("## Sizes\n\n" + markdown(("what", "size"), rows))
    rows = [(peer["language"], peer["peer"], peer["version"]) for peer in results["peers"]]
    parts.append("## Versions\n\n" + markdown(("language", "peer", "version"), rows))
    return "\n\n".join(parts) + "\n"


def heading(results):
    machine = results["machine"]
    tools = ", ".join(f"{name} {version}" for name, version in machine["tools"].items())
    quick = " A quick run: its figures are rough." if results["quick"] else ""
    return f"{machine['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['system']}; {tools}. `make bench` repeats it.{quick}"


def of_targets(results):
    rows = [(one["what"], f"{one['value']:.3g}", f"{one['at_most']:.3g}", "met" if one["met"] else "**missed**") for one in results["targets"]]
    return markdown(("what", "measured", "at most", ""), rows)


def _per_call(results, entries):
    def row(entry):
        if "failed" in entry:
            return entry["language"], entry["peer"], "failed", "", "", "", ""
        name, first = entry["peer"], _ours(results, entries, entry)
        found = first is not entry and ratio(first, entry, "cpu_us")
        against = f"{found[0]:.3g} ({found[1]:.3g} to {found[2]:.3g})" if found else ""
        times = (f"{middle(entry, figure):,.1f}" for figure in ("cpu_us", "wall_us", "median_us", "p99_us"))
        return (entry["language"], name, *times, against)

    return markdown(("language", "peer", "CPU, µs", "wall, µs", "median, µs", "p99, µs", "ours / peer"), map(row, entries))


def _ours(results, entries, entry):
    """Ours of the same language and style."""
    known = {(peer["language"], peer["peer"]): peer for peer in results["peers"]}
    style = known[entry["language"], entry["peer"]]["style"]
    ours = [peer for peer in results["peers"] if peer["ours"] and peer["language"] == entry["language"]]
    if known[entry["language"], entry["peer"]]["ours"]:
        return entry
    fitting = [peer for peer in ours if peer["style"] == style] or ours
    return find(entries, entry["language"], fitting[0]["peer"])


def _cold(_, entries):
    def row(entry):
        return (entry["language"], entry["peer"], *(_number(middle(entry, figure)) for figure in ("answered_ms", "import_ms", "first_call_ms")))

    return markdown(("language", "peer", "to the first answer, ms", "import, ms", "first call, ms"), map(row, entries))


def _slow(_, entries):
    def row(entry):
        if "failed" in entry:
            return entry["language"], entry["peer"], "failed", "", "", ""
        wall = middle(entry, "wall_s")
        return (entry["language"], entry["peer"], f"{wall:.2f}", f"{wall / entry['ideal_s'][0]:.2f}", _number(middle(entry, "cpu_us")), _number(middle(entry, "p99_us") / 1000))

    return markdown(("language", "peer", "time, s", "time / ideal", "CPU per call, µs", "p99, ms"), map(row, entries))


def _memory(_, entries):
    def row(entry):
        kilobytes = (middle(entry, figure) for figure in ("rss_import_kb", "rss_100_kb", "rss_end_kb", "peak_kb"))
        return (entry["language"], entry["peer"], *(_number(number and number / 1024) for number in kilobytes))

    return markdown(("language", "peer", "import", "100 calls", "all calls", "highest"), map(row, entries))


COLUMNS = {"sequential": _per_call, "at_64": _per_call, "cold": _cold, "slow": _slow, "slow_tls": _slow, "memory": _memory}


def _number(value):
    return "" if value is None else f"{value:,.1f}"


def markdown(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
