"""A PIN of one's own."""

from whatsapp_two_step import _native


def generate_pin() -> str:
    """Draws a PIN from the operating system's random source: each is as likely as any other, and none is weak.

    >>> len(generate_pin())
    6
    """
    return _native.generate_pin()


def is_weak_pin(pin: str) -> bool:
    """Is it one that people try first: one digit six times, or a run up or down, such as `234567`? The server takes it.

    >>> is_weak_pin("111111"), is_weak_pin("735194")
    (True, False)

    Raises:
        InvalidPinError: if it is no PIN.
    """
    try:
        return _native.is_weak_pin(pin)
    finally:
        del pin
