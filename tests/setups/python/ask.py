"""Asks Celery's worker: a PIN, 20 slow ones at once, and an error that is made again from JSON."""

import tasks
from whatsapp_two_step import RateLimitedError

said = tasks.say.delay().get(timeout=60)
times = [call.get(timeout=60) for call in [tasks.slow.delay() for _ in range(20)]]
at_once = max(sum(begun <= one < ended for begun, ended in times) for one, _ in times)
try:
    tasks.fails()
except RateLimitedError as error:
    here = error.to_dict()
try:
    tasks.fails.delay().get(timeout=60)
except RateLimitedError as error:
    there = error.to_dict()
differ = {name for name in here if here[name] != there[name] and name != "trace_id"}
print(said, differ or "the same error", "many at once" if at_once > 4 else at_once)
