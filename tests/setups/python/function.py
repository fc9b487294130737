"""Lambda's function; its client is outside of the handler."""

from whatsapp_two_step import Client

client = Client.from_env(timeout=5)


def handler(event, context):
    return {"attempts": client.set_two_step_pin(event["id"], event["pin"]).attempts}
