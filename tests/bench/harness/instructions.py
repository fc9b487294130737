"""Instructions per call of the Rust programs, counted by valgrind: they repeat, where times don't."""

import re
import shutil
import tempfile

from program import RunFailed, Server

FEW, MANY = 200, 1200  # the difference of two lengths has none of what a program costs itself


def count(programs, server_command):
    """[{peer, instructions}]; empty without valgrind."""
    if shutil.which("valgrind") is None:
        print("instructions are left out: valgrind is not on this machine", flush=True)
        return []
    found = []
    with Server(server_command) as server:
        for program in (program for program in programs if program.language == "rust"):
            for peer in program.peers:
                try:
                    few, many = (_collected(program, peer["peer"], server, calls) for calls in (FEW, MANY))
                except RunFailed as failure:
                    print(f"instructions: {peer['peer']}: {failure}", flush=True)
                    continue
                found.append({"peer": peer["peer"], "instructions": round((many - few) / (MANY - FEW))})
                print(f"instructions: {peer['peer']}: {found[-1]['instructions']} a call", flush=True)
    return found


def _collected(program, peer, server, calls):
    with tempfile.NamedTemporaryFile("r") as log:
        wrapper = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log.name}")
        program.run(peer, server, calls, wrapper=wrapper)
        collected = re.search(r"Collected : (\d+)", log.read())
    if collected is None:
        raise RunFailed("valgrind counted nothing")
    return int(collected[1])
