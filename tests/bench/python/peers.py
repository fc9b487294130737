"""Who is measured: each is one client that is kept, and a call that a careful user of it would write.

What a peer needs is imported in its own function, so that a run pays for one peer only.
"""

PHONE_NUMBER_ID = "106540352242922"
TOKEN = "EAABENCHpKq7ZBZC3xWvMt0aYdRs5LuJf9ZAhG2nEo8iVb4wQcTzX1rUy6mZD"
PIN = "012345"
VERSION = "v24.0"
TIMEOUT = 30  # seconds; our own default, and said to each of the others
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


class NotSet(Exception):
    """The server did not say that it set the PIN."""


def check(answer):
    if answer["success"] is not True:
        raise NotSet


def path(url):
    return f"{url}/{VERSION}/{PHONE_NUMBER_ID}"


# Each of these imports its library, and returns a function of URL, concurrency and CA file. That makes a client, and returns the
# function that calls once, and the one that closes the client.


def ours():
    from whatsapp_two_step import Client

    def make(url, concurrency, ca):
        client = Client(TOKEN, base_url=url, root_certificates=_file(ca))
        return lambda: client.set_two_step_pin(PHONE_NUMBER_ID, PIN), client.close

    return make


def ours_async():
    from whatsapp_two_step import AsyncClient

    def make(url, concurrency, ca):
        client = AsyncClient(TOKEN, base_url=url, root_certificates=_file(ca))
        return lambda: client.set_two_step_pin(PHONE_NUMBER_ID, PIN), client.aclose

    return make


def httpx_sync():
    import httpx

    def make(url, concurrency, ca):
        client = httpx.Client(headers=HEADERS, **_httpx_settings(httpx, concurrency, ca))

        def call():
            response = client.post(path(url), json={"pin": PIN})
            check(response.raise_for_status().json())

        return call, client.close

    return make


def httpx_async():
    import httpx

    def make(url, concurrency, ca):
        client = httpx.AsyncClient(headers=HEADERS, **_httpx_settings(httpx, concurrency, ca))

        async def call():
            response = await client.post(path(url), json={"pin": PIN})
            check(response.raise_for_status().json())

        return call, client.aclose

    return make


def requests_session():
    import requests

    def make(url, concurrency, ca):
        session = requests.Session()
        session.headers.update(HEADERS)
        _widen(requests, session, concurrency, ca)

        def call():
            response = session.post(path(url), json={"pin": PIN}, timeout=TIMEOUT)
            response.raise_for_status()
            check(response.json())

        return call, session.close

    return make


def aiohttp_session():
    import aiohttp

    def make(url, concurrency, ca):
        connector = aiohttp.TCPConnector(limit=concurrency, ssl=_context(ca) or True)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        session = aiohttp.ClientSession(headers=HEADERS, connector=connector, timeout=timeout)

        async def call():
            async with session.post(path(url), json={"pin": PIN}, raise_for_status=True) as response:
                check(await response.json())

        return call, session.close

    return make


def urllib3_pool():
    import urllib3

    def make(url, concurrency, ca):
        pool = urllib3.PoolManager(maxsize=concurrency, headers=HEADERS, timeout=TIMEOUT, ssl_context=_context(ca))

        def call():
            # Headers of a call's own take the place of the pool's, and json= adds its Content-Type to either.
            response = pool.request("POST", path(url), json={"pin": PIN})
            if response.status != 200:
                raise NotSet
            check(response.json())

        return call, pool.clear

    return make


def pywa():
    import httpx
    from pywa import WhatsApp

    def make(url, concurrency, ca):
        session = httpx.Client(**_httpx_settings(httpx, concurrency, ca))
        whatsapp = WhatsApp(phone_id=PHONE_NUMBER_ID, token=TOKEN, session=session, api_version=float(VERSION[1:]))
        # It writes Meta's host over any other, so the session, which is the user's, is told afterwards.
        session.base_url = f"{url}/{VERSION}"

        # It has no call for this one; this is the way that it documents for such.
        def call():
            check(whatsapp.api.send_raw_request("POST", f"/{PHONE_NUMBER_ID}", json={"pin": PIN}))

        return call, session.close

    return make


def facebook_business():
    import requests
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    def make(url, concurrency, ca):
        session = FacebookSession(access_token=TOKEN, timeout=TIMEOUT)
        _widen(requests, session.requests, concurrency, ca)
        api = FacebookAdsApi(session, api_version=VERSION)

        # Its own way, and it has no other: the token goes into the URL, the body is a form.
        def call():
            check(api.call("POST", (PHONE_NUMBER_ID,), params={"pin": PIN}, url_override=url).json())

        return call, session.requests.close

    return make


# Name: what is installed, how it is called, what loads it.
PEERS = {
    "whatsapp-two-step": ("whatsapp-two-step", "sync", ours),
    "whatsapp-two-step-async": ("whatsapp-two-step", "async", ours_async),
    "httpx": ("httpx", "sync", httpx_sync),
    "httpx-async": ("httpx", "async", httpx_async),
    "requests": ("requests", "sync", requests_session),
    "aiohttp": ("aiohttp", "async", aiohttp_session),
    "urllib3": ("urllib3", "sync", urllib3_pool),
    "pywa": ("pywa", "sync", pywa),
    "facebook-business": ("facebook-business", "sync", facebook_business),
}


def _file(ca):
    """PEM as bytes: as text it would be taken for the PEM itself."""
    if ca is None:
        return None
    with open(ca, "rb") as file:
        return file.read()


def _context(ca):
    """The platform's roots and this one; nothing where the library's own default does."""
    if ca is None:
        return None
    import ssl

    context = ssl.create_default_context()
    context.load_verify_locations(ca)
    return context


def _httpx_settings(httpx, concurrency, ca):
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    return {"timeout": TIMEOUT, "limits": limits, "verify": _context(ca) or True}


def _widen(requests, session, concurrency, ca):
    """A pool as large as the concurrency. More roots than its own it takes only as one file with all of them."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=concurrency))
    if ca is not None:
        import atexit
        import os
        import tempfile

        with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as bundle:
            bundle.write(_file(requests.certs.where()) + _file(ca))
        atexit.register(os.unlink, bundle.name)
        os.environ["REQUESTS_CA_BUNDLE"] = bundle.name  # such a variable wins over what the session says
