"""What reads annotations when a program runs finds what they name: `typing`, `inspect`, FastAPI and the like."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import whatsapp_two_step
from whatsapp_two_step import AsyncClient, Client, SetTwoStepPinResponse, testing, transports


def functions() -> Iterator[object]:
    for module in (whatsapp_two_step, testing, transports):
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                yield pytest.param(thing, id=name)
            if isinstance(thing, type):
                for member, value in vars(thing).items():
                    is_public = not member.startswith("_") or member.endswith("__")
                    if is_public and inspect.isfunction(value) and value.__annotations__:
                        yield pytest.param(value, id=f"{name}.{member}")


@pytest.mark.parametrize("function", list(functions()))
def test_signatures(function: Callable[..., Any]) -> None:
    assert set(typing.get_type_hints(function)) == set(function.__annotations__)
    assert inspect.signature(function, eval_str=True)


def test_classes() -> None:
    for name in whatsapp_two_step.__all__:
        thing = getattr(whatsapp_two_step, name)
        if isinstance(thing, type) and name not in whatsapp_two_step._FOR_TYPES:
            typing.get_type_hints(thing)
    assert typing.get_type_hints(Client.set_two_step_pin)["return"] is SetTwoStepPinResponse


@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_from_env_asks_a_framework_for_nothing(cls: Any) -> None:
    assert not inspect.signature(cls.from_env).parameters
    assert "WHATSAPP_ACCESS_TOKEN" in cls.from_env.__doc__
