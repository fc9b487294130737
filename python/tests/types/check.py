"""Holds the types to what they promise, with mypy and pyright at their strictest, in an environment that has the package installed.

A user's program passes, each mistake in `wrong.py` is found and nothing else, the package's own sources pass, every public name has
a known type, and the stub of the native module is what the module is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
USER, WRONG = HERE / "user.py", HERE / "wrong.py"
MISTAKES = {number for number, line in enumerate(WRONG.read_text().splitlines(), 1) if line.endswith("# wrong")}


def run(*line: str, fails: bool = False) -> str:
    print("+", *line[:4], flush=True)
    # pyright looks for the interpreter on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": sys.prefix}
    done = subprocess.run([sys.executable, "-m", *line], capture_output=True, text=True, env=environment)
    if (done.returncode != 0) != fails:
        sys.exit(f"{done.stdout}{done.stderr}exit {done.returncode}")
    return done.stdout


def mypy() -> None:
    run("mypy", "--strict", str(USER))
    run("mypy", "--strict", "-p", "whatsapp_two_step")
    found = {
        int(line) for line in re.findall(r"wrong\.py:(\d+): error", run("mypy", "--strict", str(WRONG), fails=True))
    }
    assert found == MISTAKES, f"mypy: {found ^ MISTAKES}"
    run("mypy.stubtest", "whatsapp_two_step._native")


def pyright() -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "pyrightconfig.json")
        config.write_text(json.dumps({"typeCheckingMode": "strict", "include": [USER.name, WRONG.name]}))
        for file in (USER, WRONG):
            Path(folder, file.name).write_text(file.read_text())
        report = json.loads(
            run("pyright", "-p", str(config), "--pythonpath", sys.executable, "--outputjson", fails=True)
        )
    errors = [(Path(error["file"]).name, error["range"]["start"]["line"] + 1) for error in report["generalDiagnostics"]]
    assert {line for file, line in errors if file == "user.py"} == set(), errors
    assert {line for file, line in errors if file == "wrong.py"} == MISTAKES, errors
    run("pyright", "--verifytypes", "whatsapp_two_step", "--ignoreexternal")


mypy()
pyright()
print("types: as promised")
