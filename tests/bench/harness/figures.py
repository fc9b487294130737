"""From runs to figures: what was measured in each round, medians over them, and ratios pair by pair."""

from statistics import median

KEPT = {
    "sequential": ("cpu_us", "wall_us", "median_us", "p99_us"),
    "at_64": ("cpu_us", "wall_us", "median_us", "p99_us"),
    "cold": ("answered_ms", "import_ms", "first_call_ms"),
    "slow": ("wall_s", "ideal_s", "cpu_us", "p99_us"),
    "slow_tls": ("wall_s", "ideal_s", "cpu_us", "p99_us"),
    "memory": ("rss_import_kb", "rss_100_kb", "rss_end_kb", "peak_kb"),
}


def collect(runs):
    """work: [{language, peer, name of a figure: its value in each round}], in the order of the runs."""
    works = {}
    for run in runs:
        entries = works.setdefault(run["work"], [])
        entry = find(entries, run["language"], run["peer"])
        if entry is None:
            entry = {"language": run["language"], "peer": run["peer"]}
            entries.append(entry)
        if "failed" in run:
            entry["failed"] = run["failed"]
            continue
        for name in KEPT[run["work"]]:
            if run.get(name) is not None:
                entry.setdefault(name, []).append(round(run[name], 3))
    return works


def find(entries, language, peer):
    return next((entry for entry in entries if (entry["language"], entry["peer"]) == (language, peer)), None)


def middle(entry, name):
    """The median over the rounds; nothing where there is none."""
    return median(entry[name]) if entry and entry.get(name) and "failed" not in entry else None


def ratio(entry, other, name):
    """(median, least, most) of one over the other, round by round; the rounds of both ran beside each other."""
    if middle(entry, name) is None or middle(other, name) is None:
        return None
    pairs = [one / another for one, another in zip(entry[name], other[name]) if another]
    return (median(pairs), min(pairs), max(pairs)) if pairs else None
