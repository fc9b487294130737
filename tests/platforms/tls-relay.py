"""tls-relay.py PORT CERTIFICATE KEY: takes TLS connections on a port of its own, and passes what they say to PORT of this machine."""

import socket
import ssl
import sys
import threading

port, certificate, key = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
listener = socket.create_server(("127.0.0.1", 0))
print(f"https://localhost:{listener.getsockname()[1]}", flush=True)


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass  # the other side has gone, which ends this one too
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(plain):
    try:
        secure = context.wrap_socket(plain, server_side=True)
    except (OSError, ssl.SSLError):
        return  # it didn't like the certificate
    onward = socket.create_connection(("127.0.0.1", int(port)))
    threading.Thread(target=pump, args=(onward, secure), daemon=True).start()
    pump(secure, onward)


while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
