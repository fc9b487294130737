"""The short table in the project's page, between its markers."""

import os

import table
from figures import find, middle, ratio

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
# Work, language, ours, and whom a reader knows.
ROWS = [
    ("sequential", "rust", "whatsapp-two-step", ["hyper-util", "reqwest", "wacloudapi"]),
    ("sequential", "python", "whatsapp-two-step", ["urllib3", "requests", "httpx", "pywa", "facebook-business"]),
    ("at_64", "python", "whatsapp-two-step-async", ["aiohttp", "httpx-async"]),
    ("at_64", "node", "whatsapp-two-step", ["undici", "fetch", "axios", "whatsapp", "facebook-nodejs-business-sdk"]),
    ("at_64", "kotlin", "whatsapp-two-step", ["okhttp", "facebook-java-business-sdk"]),
    ("at_64", "swift", "whatsapp-two-step", ["urlsession"]),
]
SHORT = {"sequential": "one call after another", "at_64": "64 at once"}
NAMES = {"node": "Node.js"}


def put(page, results, folder):
    """A page without the markers stays as it is; so does it after a quick run, whose figures are rough."""
    text = page.read_text(encoding="utf-8")
    if results["quick"] or BEGIN not in text:
        return
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    picture = os.path.relpath(folder, page.parent)
    page.write_text(f"{before}{BEGIN}\n{short(results, picture)}\n{END}{after}", encoding="utf-8")


def short(results, folder):
    rows = []
    for work, language, peer, others in ROWS:
        entries = results["works"][work]
        ours = find(entries, language, peer)
        found = [(other, ratio(find(entries, language, other), ours, "cpu_us")) for other in others]
        told = ", ".join(f"{other} {times[0]:.1f} ×" for other, times in found if times)
        if told:
            rows.append((NAMES.get(language, language.title()), SHORT[work], f"{middle(ours, 'cpu_us'):.0f} µs", told))
    machine = results["machine"]
    where = f"Measured {machine['date']} on {machine['cores']} cores of {machine['cpu']}, {machine['system']}; `make bench` repeats it."
    link = f"[All figures]({folder}/table.md), [how they are measured]({folder}/../README.md)."
    head = ("", "work", "CPU of a call", "the same call elsewhere takes")
    return f"{table.markdown(head, rows)}\n\n![CPU per call]({folder}/bench.svg)\n\n{where}\n{link}"
