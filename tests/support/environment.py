"""The world of a test: made-up credentials, nobody's settings, nothing beyond loopback."""

import ipaddress
import os
import sys

REGION = "eu-west-1"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # With account ids in host names moto does not recognise calls to DynamoDB Streams.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}


class OutsideWorldError(RuntimeError):
    """A test wanted to talk to something that is not on this machine."""


def isolate() -> None:
    """Take over this process' environment; call before any client is made."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ.update(SETTINGS)
    sys.addaudithook(_refuse_the_outside_world)


def _refuse_the_outside_world(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise OutsideWorldError(f"tests stay on this machine, this one called {address}")
    elif event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        raise OutsideWorldError(f"tests stay on this machine, this one looked up {arguments[0]!r}")


def _is_local(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
