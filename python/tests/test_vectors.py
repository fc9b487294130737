"""The vectors that all languages share, through transports that give back what they say."""

from __future__ import annotations

import base64
import json
from typing import Any, get_args

import pytest
from support import ID, PIN, TOKEN, vectors

from whatsapp_two_step import (
    Client,
    ErrorKind,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    InvalidPhoneNumberIdError,
    InvalidPinError,
    Outcome,
    Reason,
    SetTwoStepPinResponse,
    TwoStepError,
    __version__,
)

SUCCESS = HttpResponse(200, b'{"success":true}')


def answer(case: dict[str, Any]) -> HttpResponse:
    body = base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode()
    headers = case["headers"]
    return HttpResponse(case["status"], body, headers)


def fields(response: SetTwoStepPinResponse) -> dict[str, Any]:
    usage = response.usage
    return {
        "trace_id": response.trace_id,
        "api_version": response.api_version,
        "attempts": response.attempts,
        "usage": usage
        and {"highest_percentage": usage.highest_percentage, "time_to_regain_access": usage.time_to_regain_access},
    }


def test_kinds_and_fields() -> None:
    kinds = vectors("kinds")
    assert list(get_args(ErrorKind)) == kinds["kinds"]
    assert list(get_args(Outcome)) == kinds["outcomes"]
    assert list(get_args(Reason)) == kinds["reasons"]
    assert {cls.kind for cls in TwoStepError.__subclasses__()} == set(kinds["kinds"])
    for cls in TwoStepError.__subclasses__():
        assert cls.__name__ == "".join(word.capitalize() for word in cls.kind.split("_")) + "Error"
    with pytest.raises(TwoStepError) as caught:
        Client(TOKEN).set_two_step_pin(ID, "1")
    assert all(hasattr(caught.value, field) for field in kinds["error_fields"])
    assert list(SetTwoStepPinResponse.__match_args__) == kinds["response_fields"]


@pytest.mark.parametrize(("name", "cls"), [("pins", InvalidPinError), ("phone_number_ids", InvalidPhoneNumberIdError)])
def test_values(name: str, cls: type[TwoStepError]) -> None:
    client = Client(TOKEN, transport=lambda _: SUCCESS)

    def call(value: Any) -> SetTwoStepPinResponse:
        return client.set_two_step_pin(*((ID, value) if name == "pins" else (value, PIN)))

    for value in vectors(name)["valid"]:
        assert call(value).attempts == 1
    for case in vectors(name)["invalid"]:
        with pytest.raises(cls) as caught:
            call(case["input"])
        error = caught.value
        assert isinstance(error, ValueError)
        assert (error.outcome, error.attempts, error.http_status) == ("not_sent", 0, None)
        assert all(word in error.message for word in case["words"]), (case, error.message)
        assert len(case["input"]) < 3 or case["input"] not in str(error)


def test_settings() -> None:
    for case in vectors("settings")["valid"]:
        Client(**{"access_token": TOKEN, case["setting"]: case["value"]})
    for case in vectors("settings")["invalid"]:
        with pytest.raises(InvalidConfigurationError) as caught:
            Client(**{"access_token": TOKEN, case["setting"]: case["value"]})
        error = caught.value
        assert (error.outcome, error.attempts) == ("not_sent", 0)
        assert case["setting"] in error.message
        assert all(word in error.message for word in case["words"]), (case, error.message)


def test_requests() -> None:
    for case in vectors("requests")["cases"]:
        seen: list[HttpRequest] = []

        def send(request: HttpRequest, seen: list[HttpRequest] = seen) -> HttpResponse:
            seen.append(request)
            return SUCCESS

        Client(**case["settings"], transport=send).set_two_step_pin(case["phone_number_id"], case["pin"])
        want, (request,) = case["request"], seen
        headers = {
            name: value.replace("{version}", __version__).replace("{lang}", "python")
            for name, value in want["headers"].items()
        }
        assert (request.method, request.url, bytes(request.body)) == (
            want["method"],
            want["url"],
            want["body"].encode(),
        )
        assert dict(request.headers) == headers


@pytest.mark.parametrize("case", vectors("responses")["cases"], ids=lambda case: case["name"])
def test_responses(case: dict[str, Any]) -> None:
    client = Client(TOKEN, max_retries=0, transport=lambda _: answer(case))
    try:
        response = client.set_two_step_pin(ID, PIN)
    except TwoStepError as error:
        assert "ok" not in case, error
        for field, value in case["error"].items():
            assert getattr(error, field) == value, field
        shown = f"{error} {error!r} {vars(error)}"
        assert PIN not in shown and TOKEN not in shown
    else:
        assert fields(response) == case["ok"]


def test_graph_errors() -> None:
    for case in vectors("graph_errors")["cases"]:
        error = {"code": case["code"], "type": case["type"], "error_subcode": case.get("subcode")}
        error["message"] = case.get("message")
        response = HttpResponse(case["http_status"], json.dumps({"error": error}).encode())
        client = Client(TOKEN, max_retries=0, transport=lambda _, response=response: response)
        with pytest.raises(TwoStepError) as caught:
            client.set_two_step_pin(ID, PIN)
        got = caught.value
        assert (got.kind, got.outcome, got.is_retryable) == (case["kind"], case["outcome"], case["is_retryable"])
        assert (got.graph_code, got.graph_subcode, got.graph_type) == (case["code"], case.get("subcode"), case["type"])
