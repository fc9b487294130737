"""What is installed: examples, types, the command, the sandbox, the pytest fixture, what an import loads."""

from __future__ import annotations

import asyncio
import doctest
import importlib.metadata
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from support import ID, PIN, TOKEN

import whatsapp_two_step
from whatsapp_two_step import _client, _errors, _http, _response, testing
from whatsapp_two_step.testing import Sandbox


def test_version() -> None:
    assert importlib.metadata.version("whatsapp-two-step") == whatsapp_two_step.__version__


def test_metadata() -> None:
    metadata = importlib.metadata.metadata("whatsapp-two-step")
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert sorted(metadata.get_all("License-File") or []) == ["LICENSE-APACHE", "LICENSE-MIT", "THIRD_PARTY_LICENSES"]
    assert "Client(" in (metadata.get_payload() or metadata["Description"])
    files = importlib.metadata.files("whatsapp-two-step") or []
    assert any(file.name == "py.typed" for file in files)


def test_the_examples(sandbox: Sandbox) -> None:
    names = {**vars(whatsapp_two_step), "Sandbox": Sandbox, "sandbox": sandbox, "asyncio": asyncio}
    from whatsapp_two_step import _async_client

    tried = 0
    for module in (_client, _async_client, _errors, _http, _response, testing):
        finder = doctest.DocTestFinder()
        for name, thing in vars(module).items():
            if name.startswith("_") or not callable(thing):
                continue
            for test in finder.find(thing, name, module=False, globs=names):
                result = doctest.DocTestRunner(verbose=False).run(test)
                assert result.failed == 0, test.name
                tried += result.attempted
    assert tried >= 10


def test_everything_has_documentation() -> None:
    for name in whatsapp_two_step.__all__:
        thing = getattr(whatsapp_two_step, name)
        if isinstance(thing, type):
            assert thing.__doc__, name
            for member, value in vars(thing).items():
                if not member.startswith("_") and callable(value):
                    assert value.__doc__, f"{name}.{member}"
    assert set(whatsapp_two_step.__all__) <= set(dir(whatsapp_two_step))
    with pytest.raises(AttributeError):
        getattr(whatsapp_two_step, "nothing")  # noqa: B009


def test_import_loads_nothing_slow() -> None:
    code = "import sys, whatsapp_two_step; print([m for m in ('asyncio', 'typing', 'dataclasses') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def command() -> str:
    found = shutil.which("whatsapp-two-step", path=str(Path(sys.executable).parent))
    assert found, "the console script is installed"
    return found


def test_the_command(tmp_path: Path) -> None:
    for program in ([command()], [sys.executable, "-m", "whatsapp_two_step"]):
        done = subprocess.run(
            [*program, "set", "--sandbox", "--json", "--phone-number-id", ID],
            input="012345",
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        assert '"success":true' in done.stdout
    assert subprocess.run([command(), "set"], capture_output=True).returncode == 2
    version = subprocess.run([command(), "--version"], capture_output=True, text=True).stdout
    assert whatsapp_two_step.__version__ in version


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT between processes")
def test_the_two_programs_against_the_command_s_sandbox(tmp_path: Path) -> None:
    import signal

    with subprocess.Popen([command(), "sandbox"], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as sandbox:
        assert sandbox.stdout is not None
        url = sandbox.stdout.readline().strip()
        program = f"""
import asyncio, os
from whatsapp_two_step import Client, AsyncClient, TwoStepError, RateLimitedError

with Client(os.environ["WHATSAPP_ACCESS_TOKEN"], base_url={url!r}) as client:
    response = client.set_two_step_pin("106540352242922", "012345")

async def main():
    async with AsyncClient(os.environ["WHATSAPP_ACCESS_TOKEN"], base_url={url!r}, timeout=10, max_retries=0) as client:
        await client.set_two_step_pin("106540352242922", "012345")
asyncio.run(main())
"""
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"WHATSAPP_ACCESS_TOKEN": "EAAx", "PATH": ""},
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        sandbox.send_signal(signal.SIGINT)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sandbox() -> None:
    sandbox = Sandbox()
    with whatsapp_two_step.Client(TOKEN, base_url=sandbox.base_url) as client:
        client.set_two_step_pin(ID, PIN)
    assert sandbox.pin(ID) == PIN and sandbox.pin("1" * 15) is None
    (request,) = sandbox.requests()
    assert request.header("Content-Type") == "application/json"
    assert TOKEN not in repr(request) and PIN not in repr(request)
    assert sandbox.stats().requests == 1
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(RuntimeError, match="stopped"):
        sandbox.pin(ID)
    with Sandbox() as one, pytest.raises(OSError):
        Sandbox(int(one.base_url.rsplit(":", 1)[1]))


def test_the_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from whatsapp_two_step import Client

        def test_one(whatsapp_sandbox):
            Client("EAAx", base_url=whatsapp_sandbox.base_url).set_two_step_pin("106540352242922", "012345")
            assert whatsapp_sandbox.pin("106540352242922") == "012345"

        def test_two(whatsapp_sandbox):
            assert whatsapp_sandbox.pin("106540352242922") is None
            assert not whatsapp_sandbox.requests() and whatsapp_sandbox.stats().requests == 0
            try:
                Client("EAAx").set_two_step_pin("106540352242922", "012345")
            except ValueError as error:
                assert "LOOPBACK_ONLY" in str(error)
            else:
                raise AssertionError
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_help_names_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "whatsapp_two_step", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "whatsapp-two-step" in done.stdout and "__main__" not in done.stdout


def test_from_a_zip_archive_the_error_says_so(tmp_path: Path) -> None:
    import zipfile

    folder = Path(whatsapp_two_step.__file__).parent
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        for file in folder.iterdir():
            if file.is_file():
                archive.write(file, f"whatsapp_two_step/{file.name}")
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'app.zip')!r}); import whatsapp_two_step"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (
        "ImportError: whatsapp_two_step has a native module: a native module can't be loaded from a zip" in done.stderr
    )


def test_imports_form_no_circle() -> None:
    """Nor do those for types, and those that a function makes when it is called."""
    imports: dict[str, set[str]] = {}
    for file in Path(whatsapp_two_step.__file__).parent.glob("*.py*"):
        found = re.findall(r"^ *from whatsapp_two_step\.(\w+) import", file.read_text("utf-8"), re.MULTILINE)
        name = file.name.partition(".")[0]
        imports.setdefault(name, set()).update({*found} - {name})  # an example may import its own module
    while free := {name for name, others in imports.items() if not others & set(imports)}:
        imports = {name: others for name, others in imports.items() if name not in free}
    assert not imports


def test_runs_without_its_sources(run: Run) -> None:
    run("import whatsapp_two_step, sys\nassert 'site-packages' in whatsapp_two_step.__file__\n")


def test_the_readmes_programs(whatsapp_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each Python block of the long description, against the sandbox."""
    text = importlib.metadata.metadata("whatsapp-two-step").get_payload()
    programs = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(programs) >= 4
    for number, program in enumerate(programs):
        if "def test_" in program:
            (tmp_path / f"test_{number}.py").write_text(program)
            line = [sys.executable, "-m", "pytest", "-q", f"test_{number}.py"]
        else:
            # The program as it stands, only sent elsewhere.
            prelude = (
                "import functools, whatsapp_two_step as w\n"
                "for name in ('Client', 'AsyncClient'):\n"
                "    cls = getattr(w, name)\n"
                f"    cls.__init__ = functools.partialmethod(cls.__init__, base_url={whatsapp_sandbox.base_url!r})\n"
            )
            (tmp_path / f"program_{number}.py").write_text(prelude + program)
            line = [sys.executable, f"program_{number}.py"]
        monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAx")
        monkeypatch.setenv("WHATSAPP_BASE_URL", whatsapp_sandbox.base_url)  # for from_env
        monkeypatch.delenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY", raising=False)  # a program has transports of its own
        done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, program + done.stdout + done.stderr
