"""What the program does in each set-up: a PIN, and one that is refused before anything is sent."""

from whatsapp_two_step import Client, InvalidPinError

ID, SLOW, HANGS = "106540352242922", "910060000000000", "910010000000000"  # SLOW answers after 300 ms
LIMITED = "911230000000000"  # refused, with much to tell
client = Client.from_env()


def say():
    attempts = client.set_two_step_pin(ID, "012345").attempts
    try:
        client.set_two_step_pin(ID, "12345")
    except InvalidPinError as error:
        return f"{attempts} {type(error).__name__} {error.outcome}"
