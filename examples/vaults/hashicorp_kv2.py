#!/usr/bin/env python3
"""A vault program over HashiCorp Vault's KV version 2, whose check-and-set is what a rotation needs.

    whatsapp-two-step rotate --vault "exec:python3 hashicorp_kv2.py --mount secret --path whatsapp-two-step" …

The address and the token come from VAULT_ADDR and VAULT_TOKEN, as for Vault's own command; VAULT_NAMESPACE and VAULT_CACERT too,
where they are set. The token needs create, read and update on MOUNT/data/PATH/*, and list on MOUNT/metadata/PATH. Vault keeps ten
versions of each entry, so PINs that held before can be read there; `vault kv metadata put -max-versions=1` changes that.

Tested against a stand-in that answers as Vault documents it, and not against Vault itself. Python's own library is all it needs.
"""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.request

TIMEOUT = 5  # seconds, below the ten that the caller waits


class Failed(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def ask(method, kind, name="", body=None):
    """The status and the body of an answer that has one of these: 200 and 404."""
    url = f"{os.environ['VAULT_ADDR'].rstrip('/')}/v1/{options.mount}/{kind}/{options.path}{name}"
    request = urllib.request.Request(url, method=method, data=body and json.dumps(body).encode())
    request.add_header("X-Vault-Token", os.environ["VAULT_TOKEN"])
    request.add_header("X-Vault-Request", "true")
    if "VAULT_NAMESPACE" in os.environ:
        request.add_header("X-Vault-Namespace", os.environ["VAULT_NAMESPACE"])
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT, context=tls) as response:
            return 200, json.load(response)
    except urllib.error.HTTPError as error:
        answer = error.read()
        if error.code == 404:
            return 404, json.loads(answer or b"{}")
        if error.code == 400 and b"check-and-set" in answer:
            raise Failed("conflict", "Somebody else has saved the entry since it was read.") from None
        raise Failed("unreachable", f"Vault answered with HTTP {error.code}.") from None
    except OSError as error:
        raise Failed("unreachable", f"Vault can't be reached: {error}.") from None


def load(request):
    status, answer = ask("GET", "data", "/" + request["id"])
    if status == 200:
        return {"entry": answer["data"]["data"]["entry"], "version": str(answer["data"]["metadata"]["version"])}
    if answer.get("data"):  # there is a newest version, and it was deleted
        raise Failed("unreadable", "The entry was deleted in Vault. Undelete it there, or delete it with its metadata.")
    return None


def save(request):
    body = {"options": {"cas": int(request["expected"] or 0)}, "data": {"entry": request["entry"]}}
    status, answer = ask("POST", "data", "/" + request["id"], body)
    if status == 404:
        raise Failed("unreachable", "Vault has no KV version 2 at this mount.")
    return {"version": str(answer["data"]["version"])}


def list_ids(_request):
    status, answer = ask("LIST", "metadata")
    return answer["data"]["keys"] if status == 200 else []


def answer(line):
    request = json.loads(line)
    try:
        return {"ok": {"load": load, "save": save, "list": list_ids}[request["op"]](request)}
    except Failed as failed:
        return {"error": {"kind": failed.kind, "message": str(failed)}}
    except (KeyError, TypeError, ValueError) as error:  # nothing of it is repeated: it may have a PIN in it
        return {"error": {"kind": "unreadable", "message": f"Vault's answer is not understood ({type(error).__name__})."}}


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--mount", default="secret")
parser.add_argument("--path", default="whatsapp-two-step")
options = parser.parse_args()
for name in ("VAULT_ADDR", "VAULT_TOKEN"):
    if not os.environ.get(name):
        sys.exit(f"{name} is not set")
tls = ssl.create_default_context(cafile=os.environ.get("VAULT_CACERT"))
for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
