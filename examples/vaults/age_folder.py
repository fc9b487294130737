#!/usr/bin/env python3
"""A vault program over a folder of files that `age` encrypts, one a number. For one machine, and a folder on its own disk.

    age-keygen -o key.txt
    whatsapp-two-step rotate --vault "exec:python3 age_folder.py --folder pins --identity key.txt" …

A lock on the folder makes of reading the version and writing the file one step. A file is written beside the old one, brought to
the disk, and takes its name: after a crash there is the old one or the new one. It needs `age`, `age-keygen`, and a Unix.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import subprocess


class Failed(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def age(*arguments, text):
    """PINs go through the streams of `age`, never through its arguments."""
    done = subprocess.run(["age", *arguments], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise Failed("unreadable", f"age failed with {done.returncode}; is it the right identity?")
    return done.stdout


@contextlib.contextmanager
def locked():
    with open(options.folder / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def load(request):
    try:
        sealed = (options.folder / f"{request['id']}.age").read_bytes()
    except FileNotFoundError:
        return None
    found = json.loads(age("--decrypt", "--identity", options.identity, text=sealed))
    if found.pop("id") != request["id"]:
        raise Failed("unreadable", "The entry is another number's.")
    return found


def save(request):
    with locked():
        found = load(request)
        if (found and found["version"]) != request["expected"]:
            raise Failed("conflict", "Somebody else has saved the entry since it was read.")
        version = str(int(request["expected"] or 0) + 1)
        new = {"id": request["id"], "entry": request["entry"], "version": version}
        sealed = age("--encrypt", "--recipient", recipient, text=json.dumps(new).encode())
        path = options.folder / f"{request['id']}.age"
        with open(path.with_suffix(".new"), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".new").replace(path)
        folder = os.open(options.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return {"version": version}


def list_ids(_request):
    return [path.stem for path in options.folder.glob("*.age")]


def answer(line):
    request = json.loads(line)
    try:
        return {"ok": {"load": load, "save": save, "list": list_ids}[request["op"]](request)}
    except Failed as failed:
        return {"error": {"kind": failed.kind, "message": str(failed)}}
    except OSError as error:
        return {"error": {"kind": "unreachable", "message": f"The folder failed: {error.strerror}."}}
    except (KeyError, TypeError, ValueError) as error:  # nothing of it is repeated: it may have a PIN in it
        return {"error": {"kind": "unreadable", "message": f"An entry is not understood ({type(error).__name__})."}}


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--folder", type=pathlib.Path, required=True)
parser.add_argument("--identity", required=True)
options = parser.parse_args()
os.umask(0o077)
options.folder.mkdir(exist_ok=True)
recipient = subprocess.run(
    ["age-keygen", "-y", options.identity], stdout=subprocess.PIPE, text=True, check=True
).stdout.strip()
for line in open(0, encoding="utf-8"):  # its own standard input
    print(json.dumps(answer(line)), flush=True)
