"""Where and when it ran."""

import datetime
import os
import platform
import re
import subprocess


def describe():
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": _system(),
        "tools": {name: version for name, version in map(_version, TOOLS) if version},
    }


TOOLS = [("Rust", "rustc", "--version"), ("Python", "python3", "--version"), ("Node", "node", "--version"), ("Java", "java", "-version")]


def _version(tool):
    name, *line = tool
    try:
        said = subprocess.run(line, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return name, None
    number = re.search(r"\d+\.\d+\.\d+", said.stdout + said.stderr)
    return name, number and number[0]


def _cpu():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _system():
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.platform(terse=True)
    return f"{name}, {platform.machine()}"
