"""What the installed Python package offers: asked of the package itself, its types included."""

import inspect
from typing import get_args

import whatsapp_two_step as package
from whatsapp_two_step import AsyncClient, Client, SetTwoStepPinResponse, TwoStepError, Usage, set_two_step_pin
from whatsapp_two_step._types import Settings


def parameters(function):
    rest = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.POSITIONAL_ONLY)
    return [name for name, it in inspect.signature(function).parameters.items() if it.kind not in rest]


def value(cls):
    return {
        f"{cls.__name__}()": parameters(cls),
        f"{cls.__name__}.__match_args__": cls.__match_args__,
        f"{cls.__name__}: its annotations": list(cls.__annotations__),
    }


def defaults():
    """What a transport sees of a client that was given nothing else."""
    seen = []

    def send(request):
        seen.append(request)
        raise ConnectionResetError

    try:
        Client("EAAG", transport=send).set_two_step_pin("1", "012345")
    except TwoStepError as error:
        first = seen[0]
        numbers = {"timeout": first.timeout, "connect_timeout": first.connect_timeout, "attempts": error.attempts}
        return {"url": first.url, **numbers}, list(vars(error))


def contract():
    seen, fields = defaults()
    exported = {name: getattr(package, name) for name in package.__all__}
    errors = {name: it for name, it in exported.items() if isinstance(it, type) and issubclass(it, TwoStepError)}
    script = [name for name in parameters(set_two_step_pin) if name not in parameters(Client.set_two_step_pin)]
    return {
        "kinds": {"ErrorKind": get_args(package.ErrorKind)},
        "outcomes": {"Outcome": get_args(package.Outcome)},
        "reasons": {"Reason": get_args(package.Reason)},
        "classes": {
            "subclasses": {cls.__name__: cls.kind for cls in TwoStepError.__subclasses__()},
            "__all__": {name: cls.kind for name, cls in errors.items() if cls is not TwoStepError},
        },
        "error_fields": {
            "TwoStepError()": ["kind", *parameters(TwoStepError)],
            "TwoStepError: its annotations": list(TwoStepError.__annotations__),
            "an error": ["kind", *(name for name in fields if not name.startswith("_"))],
        },
        "response_fields": value(SetTwoStepPinResponse),
        "usage_fields": value(Usage),
        "settings": {
            "Client()": parameters(Client),
            "AsyncClient()": parameters(AsyncClient),
            # Beside what is in it, these are taken by name.
            "set_two_step_pin()": [*script, *Settings.__annotations__],
        },
        "defaults": seen,
    }
