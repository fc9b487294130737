"""A vault program that keeps its entries in memory, and misbehaves as its argument says, at the second request if not at once."""

import json
import os
import subprocess
import sys
import time

how = sys.argv[1]
entries = {}


def save(request):
    version, _ = entries.get(request["id"], (None, None))
    if version != request["expected"]:
        return {"error": {"kind": "conflict", "message": "Somebody else has saved the entry."}}
    entries[request["id"]] = (str(int(version or 0) + 1), request["entry"])
    return {"ok": {"version": entries[request["id"]][0]}}


def answer(request):
    if request["op"] == "list":
        return {"ok": list(entries)}
    if request["op"] == "save":
        return save(request)
    version, entry = entries.get(request["id"], (None, None))
    return {"ok": entry and {"entry": entry, "version": version}}


if how == "greets":
    print("Welcome!", flush=True)
for number, line in enumerate(sys.stdin, start=1):
    text = json.dumps(answer(json.loads(line)))
    if number >= 2:
        if how == "dies":
            sys.exit(3)
        elif how == "hangs":
            subprocess.run(["sleep", sys.argv[2]])
        elif how == "garbage":
            text = "the PIN is 012345"
        elif how == "binary":
            sys.stdout.buffer.write(b"\xff\x00\x80\n")
            text = ""
        elif how == "endless":
            os.write(1, b"[" * (20 << 20))
            time.sleep(1000)
        elif how == "half":
            os.write(1, text.encode()[:10])
            sys.exit(0)
        elif how == "refuses":
            text = json.dumps({"error": {"kind": "unreachable", "message": "No answer for 012345 from \x1b[31mthere."}})
        elif how == "closes":
            os.close(1)
            time.sleep(1000)
    if how == "noise":
        print(f"a line for the log, as is {os.environ.get('WHATSAPP_TWO_STEP_VAULT_KEY')}", file=sys.stderr)
    if how == "twice":
        text += "\n" + text
    print(text, flush=True)
    if how == "one a start":
        sys.exit(0)
