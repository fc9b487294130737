"""The exceptions, as Python's own are used: caught, matched, printed, copied, pickled."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import sys
import traceback

import pytest
from support import ID, PIN, TOKEN, vectors

from whatsapp_two_step import (
    AuthenticationError,
    Client,
    ConnectionFailedError,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    InvalidPhoneNumberIdError,
    InvalidPinError,
    RateLimitedError,
    SetTwoStepPinResponse,
    TimedOutError,
    TwoStepError,
    Usage,
)
from whatsapp_two_step.testing import Sandbox


def caught(sandbox: Sandbox, id_: str = "900001900000463", token: str = TOKEN) -> TwoStepError:
    with pytest.raises(TwoStepError) as error:
        Client(token, base_url=sandbox.base_url, max_retries=0, timeout=1).set_two_step_pin(id_, PIN)
    return error.value


def test_bases() -> None:
    for cls in (InvalidPinError, InvalidPhoneNumberIdError, InvalidConfigurationError):
        assert issubclass(cls, ValueError)
    assert issubclass(TimedOutError, TimeoutError)
    assert issubclass(ConnectionFailedError, ConnectionError)
    for cls in TwoStepError.__subclasses__():
        error = cls("m", outcome="rejected", retry_after=2.0)
        assert str(error) == f"m ({cls.kind}, outcome rejected)" and error.kind == cls.kind and error.retry_after == 2.0
        assert cls.__module__ == "whatsapp_two_step"


def test_str_and_repr(whatsapp_sandbox: Sandbox) -> None:
    error = caught(whatsapp_sandbox)
    assert type(error) is AuthenticationError
    assert str(error) == (
        f"{error.message} (authentication, outcome rejected, Graph code 190, subcode 463, HTTP 401, "
        f"trace id {error.trace_id})"
    )
    assert repr(error) == f"AuthenticationError({error.message!r}, kind='authentication', outcome='rejected')"
    if sys.version_info >= (3, 11):
        assert traceback.format_exception(error)[-1].strip() == error.hint


def test_match(whatsapp_sandbox: Sandbox) -> None:
    match caught(whatsapp_sandbox):
        case TwoStepError("authentication", outcome, graph_code=190):
            assert outcome == "rejected"
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize("id_", ["900001900000463", "910010000000000", "910210000000000", "911230000000000"])
def test_pickle_and_copy(whatsapp_sandbox: Sandbox, id_: str) -> None:
    error = caught(whatsapp_sandbox, id_)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (str(twin), repr(twin), vars(twin)) == (str(error), repr(error), vars(error))


def test_values_are_values() -> None:
    response = SetTwoStepPinResponse("t", "v24.0", 2, Usage(7, 60.0))
    assert response == SetTwoStepPinResponse("t", "v24.0", 2, Usage(7, 60.0)) != SetTwoStepPinResponse("t")
    assert len({response, copy.copy(response), copy.deepcopy(response), pickle.loads(pickle.dumps(response))}) == 1
    with pytest.raises(AttributeError):
        response.attempts = 3
    with pytest.raises(AttributeError):
        del response.usage
    match response:
        case SetTwoStepPinResponse(trace_id, usage=Usage(percentage)):
            assert (trace_id, percentage) == ("t", 7)
        case _:
            pytest.fail("no match")


def test_the_cause_is_what_a_transport_raised() -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    for original in (KeyError("boo"), OddError(), StopIteration(), AssertionError(), TimeoutError()):

        def send(request: HttpRequest, original: BaseException = original) -> HttpResponse:
            raise original

        with pytest.raises(TwoStepError) as error:
            Client(TOKEN, transport=send, max_retries=0).set_two_step_pin(ID, PIN)
        assert error.value.__cause__ is original
        assert error.value.outcome == "unknown"
        assert error.value.kind == ("timed_out" if isinstance(original, TimeoutError) else "connection_failed")
    for stop in (KeyboardInterrupt(), SystemExit(3)):

        def end(request: HttpRequest, stop: BaseException = stop) -> HttpResponse:
            raise stop

        with pytest.raises(type(stop)) as ended:
            Client(TOKEN, transport=end, max_retries=0).set_two_step_pin(ID, PIN)
        assert ended.value is stop


def test_a_cause_of_rust(free_port: int) -> None:
    with pytest.raises(ConnectionFailedError) as error:
        Client(TOKEN, base_url=f"http://127.0.0.1:{free_port}", max_retries=0).set_two_step_pin(ID, PIN)
    assert error.value.outcome == "not_sent"
    assert "refused" in str(error.value.__cause__)


@pytest.mark.parametrize("id_", ["900001900000463", "910010000000000", "910210000000000", "911230000000000"])
def test_plain_data_and_args_lose_no_field(whatsapp_sandbox: Sandbox, id_: str) -> None:
    error = caught(whatsapp_sandbox, id_)
    data = json.loads(json.dumps(error.to_dict()))
    assert list(data) == [*vectors("kinds")["error_fields"], "vault_state"]  # the last one of a rotation
    # As Celery does it with results in JSON.
    again = type(error)(*json.loads(json.dumps(error.args)))
    for twin in (TwoStepError.from_dict(data), again):
        assert type(twin) is type(error)
        assert (str(twin), repr(twin), vars(twin), twin.args) == (str(error), repr(error), vars(error), error.args)
        assert getattr(twin, "errno", None) is None


def test_an_error_of_an_unknown_kind_is_kept() -> None:
    error = TwoStepError.from_dict({"kind": "of_the_future", "message": "m", "outcome": "rejected", "more": 1})
    assert type(error) is TwoStepError and (error.message, error.outcome) == ("m", "rejected")
    assert "m" in repr(TwoStepError("m"))


def test_a_response_as_plain_data() -> None:
    for response in (SetTwoStepPinResponse("t", "v24.0", 2, Usage(7, 60.0)), SetTwoStepPinResponse()):
        data = json.loads(json.dumps(response.to_dict()))
        assert list(data) == vectors("kinds")["response_fields"]
        assert data == dataclasses.asdict(response)
        assert SetTwoStepPinResponse.from_dict(data) == response
    assert [field.name for field in dataclasses.fields(Usage)] == vectors("kinds")["usage_fields"]
    assert dataclasses.replace(SetTwoStepPinResponse("t"), attempts=3) == SetTwoStepPinResponse("t", attempts=3)


def test_an_error_of_a_test_of_ones_own() -> None:
    with pytest.raises(RateLimitedError, match="slow down") as error:
        raise RateLimitedError("slow down", outcome="rejected", retry_after=3.0)
    assert error.value.is_retryable is False
