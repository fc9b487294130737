"""The picture: CPU of a call, by language."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
matplotlib.rcParams["svg.hashsalt"] = "bench"  # the same figures make the same file

from matplotlib import pyplot  # noqa: E402: after the settings

from figures import middle  # noqa: E402
from page import NAMES, SHORT  # noqa: E402

PANELS = [("sequential", "rust"), ("sequential", "python"), ("at_64", "python"), ("at_64", "node"), ("at_64", "kotlin"), ("at_64", "swift")]
OURS, OTHERS = "#1a7f5a", "#9aa5b1"


def draw(results, file):
    panels = [(work, language, _bars(results, work, language)) for work, language in PANELS]
    panels = [panel for panel in panels if panel[2]]
    heights = [len(bars) + 1.2 for _, _, bars in panels]
    figure, axes = pyplot.subplots(len(panels), 1, figsize=(8, sum(heights) * 0.3), squeeze=False, height_ratios=heights)
    for axis, (work, language, bars) in zip(axes[:, 0], panels):
        names, values, ours = zip(*bars)
        drawn = axis.barh(names, values, color=[OURS if own else OTHERS for own in ours])
        axis.bar_label(drawn, [f"{value:,.0f} µs" for value in values], padding=3, fontsize=9)
        axis.set_title(f"{NAMES.get(language, language.title())}, {SHORT[work]}: client's CPU per call", fontsize=10, loc="left")
        axis.invert_yaxis()
        axis.margins(x=0.12)
        axis.xaxis.set_visible(False)
        axis.spines[["top", "right", "bottom"]].set_visible(False)
        axis.tick_params(axis="y", length=0, labelsize=9)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def _bars(results, work, language):
    """(peer, CPU, is it ours?), the least first; of one language's works each shows its own style."""
    styles = {(peer["language"], peer["peer"]): peer for peer in results["peers"]}
    bars = []
    for entry in results["works"].get(work, []):
        peer = styles[entry["language"], entry["peer"]]
        shown = language != "python" or peer["style"] == ("sync" if work == "sequential" else "async")
        if entry["language"] == language and shown and middle(entry, "cpu_us"):
            bars.append((entry["peer"], middle(entry, "cpu_us"), peer["ours"]))
    return sorted(bars, key=lambda bar: bar[1])
