"""What was to be reached, and whether it was."""

from figures import find, middle, ratio
from sizes import PHONE_LIBRARY

OURS = "whatsapp-two-step"
ASYNC = "whatsapp-two-step-async"

# CPU of one of ours over CPU of another: work, language, ours, the other's language, the other, at most.
CPU = [
    ("sequential", "rust", OURS, "rust", "reqwest", 1.15),
    ("sequential", "rust", OURS, "rust", "hyper-util", 1.4),
    ("at_64", "rust", OURS, "rust", "reqwest", 1.05),
    ("at_64", "rust", OURS, "rust", "hyper-util", 1.4),
    ("sequential", "python", OURS, "rust", OURS, 1.5),
    ("sequential", "python", OURS, "python", "httpx", 1 / 8),
    ("sequential", "python", OURS, "python", "requests", 1 / 8),
    ("at_64", "python", ASYNC, "python", "aiohttp", 0.25),
    ("at_64", "python", ASYNC, "python", "httpx-async", 0.03),
    ("at_64", "node", OURS, "node", "undici", 0.35),
    ("at_64", "node", OURS, "node", "fetch", 0.1),
    ("at_64", "node", OURS, "node", "axios", 0.1),
    ("at_64", "node", OURS, "node", "whatsapp", 0.1),
    ("sequential", "kotlin", OURS, "kotlin", "okhttp", 1.6),
    ("at_64", "kotlin", OURS, "kotlin", "okhttp", 1.6),
]
# The same on 2026-11-24: nothing that came since shall have made it worse. Written down, as a limit that is taken
# from the last run would move with each.
BEFORE = [
    ("sequential", "python", OURS, "python", "httpx", 0.1392),
    ("at_64", "python", ASYNC, "python", "aiohttp", 0.2662),
    ("at_64", "node", OURS, "node", "undici", 0.4767),
]
NO_WORSE = 1.03
WORDS = {"sequential": "one after another", "at_64": "64 at once", "slow": "256 at once, 50 ms each", "slow_tls": "256 at once, 50 ms each, TLS"}
IMPORT_MS = {"python": 15, "node": 25}
# Who knows Graph as we do, rather than HTTP alone.
FULL_FEATURED = {"rust": ["wacloudapi"], "python": ["pywa", "facebook-business"], "node": ["whatsapp", "facebook-nodejs-business-sdk"]}
# The host's own HTTP, where ours goes over it: what it takes by itself is not ours to save.
UNDER = {"kotlin": "okhttp", "swift": "urlsession"}
NEAR_IDEAL, FIRST_CALL, MEMORY, PHONE_MB = 1.15, 0.5, 1.10, 0.75


def judge(results):
    """[{what, value, at_most, met}], without those whose peers were not there."""
    works = results["works"]
    found = [*_cpu(works), *_slow(works), *_cold(works), *_memory(works), *_sizes(results["sizes"])]
    return [{"what": what, "value": round(value, 4), "at_most": limit, "met": value <= limit} for what, value, limit in found if value is not None]


def _cpu(works):
    before = [(*who, was * NO_WORSE, ", no worse than before") for *who, was in BEFORE]
    for work, language, peer, other_language, other, limit, why in [*((*one, "") for one in CPU), *before]:
        entries = works.get(work, [])
        found = ratio(find(entries, language, peer), find(entries, other_language, other), "cpu_us")
        name = other if other_language == language else f"our {other_language.title()} client"
        yield f"{language} {peer}, {WORDS[work]}: CPU / {name}'s{why}", found and found[0], limit


def _ours(works, work):
    for entry in works.get(work, []):
        if entry["peer"].startswith(OURS):
            yield entry, f"{entry['language']} {entry['peer']}"


def _slow(works):
    for work in ("slow", "slow_tls"):
        for entry, name in _ours(works, work):
            limit = max(NEAR_IDEAL, _quotient(_under(works[work], entry), "wall_s", "ideal_s") or 0)
            yield f"{name}, {WORDS[work]}: time / ideal", _quotient(entry, "wall_s", "ideal_s"), limit


def _cold(works):
    for entry, name in _ours(works, "cold"):
        if entry["language"] in IMPORT_MS:
            yield f"{name}: import, ms", middle(entry, "import_ms"), IMPORT_MS[entry["language"]]
        others = (find(works["cold"], entry["language"], peer) for peer in FULL_FEATURED.get(entry["language"], []))
        others = [other for other in others if middle(other, "first_call_ms")]
        if others:
            fastest = min(others, key=lambda other: middle(other, "first_call_ms"))
            yield f"{name}: first call / {fastest['peer']}'s", ratio(entry, fastest, "first_call_ms")[0], FIRST_CALL


def _memory(works):
    for entry, name in _ours(works, "memory"):
        limit = MEMORY * (_quotient(_under(works["memory"], entry), "rss_end_kb", "rss_100_kb") or 1)
        yield f"{name}: memory after all calls / after 100", _quotient(entry, "rss_end_kb", "rss_100_kb"), limit


def _under(entries, entry):
    """What the host's own HTTP came to in the same work, if ours is over it and it was there."""
    return find(entries, entry["language"], UNDER.get(entry["language"]))


def _quotient(entry, name, other):
    over, under = middle(entry, name), middle(entry, other)
    return over / under if over and under else None


def _sizes(sizes):
    for one in sizes:
        if one["what"] == PHONE_LIBRARY:
            yield "the library for phones, stripped, MB", one["bytes"] / 1e6, PHONE_MB
