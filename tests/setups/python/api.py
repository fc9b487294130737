"""FastAPI: a client as a dependency takes nothing from the request, and a response is a model."""

from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from whatsapp_two_step import Client, SetTwoStepPinResponse

app = FastAPI()


@app.post("/{number}")
def pin(number: str, client: Annotated[Client, Depends(Client.from_env)]) -> SetTwoStepPinResponse:
    return client.set_two_step_pin(number, "012345")


answer = TestClient(app).post("/106540352242922").json()
taken = [parameter["name"] for parameter in app.openapi()["paths"]["/{number}"]["post"]["parameters"]]
print(answer["attempts"], sorted(answer), taken)
