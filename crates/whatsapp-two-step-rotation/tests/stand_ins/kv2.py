"""Stands in for HashiCorp Vault: KV version 2 at `secret`, with `cas` as Vault's API pages document it.

Prints its port. A deleted version (DELETE) answers 404 with its metadata, as Vault does.
"""

import http.server
import json

TOKEN = "s.token-of-the-test"
entries = {}  # path: a list of versions, each the data or None where it was deleted


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_any(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        if self.headers.get("X-Vault-Token") != TOKEN:
            return self.answer(403, {"errors": ["permission denied"]})
        _, _, mount, kind, path = self.path.split("/", 4)
        if mount != "secret":
            return self.answer(404, {"errors": [f'no handler for route "{mount}/{kind}/{path}"']})
        if (self.command, kind) == ("LIST", "metadata"):
            keys = [name.removeprefix(path + "/") for name in entries if name.startswith(path + "/")]
            return self.answer(200, {"data": {"keys": keys}}) if keys else self.answer(404, {"errors": []})
        versions = entries.get(path, [])
        metadata = {"version": len(versions), "created_time": "2026-01-01T00:00:00Z", "destroyed": False}
        if self.command == "DELETE":
            versions[-1] = None
            return self.answer(200, {})
        if self.command == "GET":
            if not versions:
                return self.answer(404, {"errors": []})
            metadata["deletion_time"] = "" if versions[-1] else "2026-01-01T00:00:01Z"
            return self.answer(200 if versions[-1] else 404, {"data": {"data": versions[-1], "metadata": metadata}})
        if body["options"]["cas"] != len(versions):
            return self.answer(400, {"errors": ["check-and-set parameter did not match the current version"]})
        entries.setdefault(path, []).append(body["data"])
        metadata["version"] = len(entries[path])
        return self.answer(200, {"data": metadata})

    do_GET = do_POST = do_LIST = do_DELETE = handle_any

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
print(server.server_port, flush=True)
server.serve_forever()
