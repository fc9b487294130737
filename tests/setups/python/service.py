"""punq: a client by its annotation."""

import pins
import punq
from whatsapp_two_step import Client


class Onboarding:
    def __init__(self, client: Client) -> None:
        pins.client = client


container = punq.Container()
container.register(Client, factory=Client.from_env)
container.register(Onboarding)
container.resolve(Onboarding)
print(pins.say())
