"""Lambda's side of its runtime API. It starts a runtime, which asks it for events, and freezes that process between two calls.

lambda.py COMMAND…: the API's address is in AWS_LAMBDA_RUNTIME_API; the function's two answers are printed.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVENTS = [{"id": "106540352242922", "pin": "012345"}, {"id": "106540352242922", "pin": "543210"}]
FROZEN = 11  # seconds: the sandbox has closed the connection by then, and only a thawed process finds out

events: "queue.Queue[object]" = queue.Queue()
answers: "queue.Queue[tuple[str, str]]" = queue.Queue()


class RuntimeApi(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply(200, json.dumps(events.get()).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(202, b"{}")
        answers.put((self.path, body.decode()))

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", "call")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:here")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 30) * 1000)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


api = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
threading.Thread(target=api.serve_forever, daemon=True).start()
runtime = subprocess.Popen(sys.argv[1:], env={**os.environ, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"})
try:
    for turn, event in enumerate(EVENTS):
        if turn > 0:
            runtime.send_signal(signal.SIGSTOP)
            time.sleep(FROZEN)
            runtime.send_signal(signal.SIGCONT)
        events.put(event)
        path, answer = answers.get(timeout=60)
        if not path.endswith("/response"):
            sys.exit(f"{path}: {answer}")
        print(json.dumps(json.loads(answer)), end="\n" if event is EVENTS[-1] else " ")
finally:
    runtime.kill()
