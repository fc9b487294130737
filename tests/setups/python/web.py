"""gunicorn: with --preload, the client is used before the fork."""

import pins

pins.say()


def app(environ, start_response):
    said = pins.say().encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
