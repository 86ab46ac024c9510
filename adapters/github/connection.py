"""How GitHub is asked: with a token, or as an app by what each account has installed of it.

A client of PyGithub would by default send a POST again after a 5xx, which is a second check, and
sleep until a limit is over, which a function is billed for. So it neither repeats nor waits:
secondary limits are 80 requests that make something a minute and 500 an hour, and the answer of one
that is met says when to come again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github import Auth, Github, GithubIntegration
from github.GithubException import GithubException
from github.Repository import Repository

from adapters.github.errors import is_limit

PER_PAGE: Final = 100
API_VERSION: Final = "2022-11-28"
_STALE: Final = (401, 403, 404)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Api:
    """Where GitHub's API is (`https://HOST/api/v3` on an Enterprise Server), and its time.

    `timeout_s` is for connecting and between two bytes: GitHub itself gives up after 10 seconds.
    """

    base_url: str = "https://api.github.com"
    timeout_s: int = 10


def token_client(token: str, api: Api) -> Github:
    """Return a client that asks with a token."""
    return Github(auth=Auth.Token(token), **_options(api))


def app_client(app_id: str, private_key: str, api: Api) -> GithubIntegration:
    """Return a client that asks as an app; `private_key` is its PEM. Raises ValueError for none."""
    # Read once: checking a key takes a tenth of a second, and PyGithub would do it at each request.
    key = load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        message = "the app's private key is not RSA; take the one that GitHub made for it"
        raise ValueError(message)  # noqa: TRY004  # It is a setting that is wrong, no type of ours.

    def sign(claims: dict[str, Any]) -> str:
        return jwt.encode(claims, key, algorithm="RS256")

    return GithubIntegration(auth=Auth.AppAuth(app_id, sign_func=sign), **_options(api))


def _options(api: Api) -> dict[str, Any]:
    return {
        "base_url": api.base_url,
        "retry": None,
        "timeout": api.timeout_s,
        "per_page": PER_PAGE,
        "seconds_between_requests": 0,
        "seconds_between_writes": 0,
        "user_agent": "waybill",
        "api_version": API_VERSION,
    }


class Access(Protocol):
    """Who may see and mark repositories."""

    def ask(self, name: str, question: Callable[[Repository], T]) -> T:
        """Ask about the repository `owner/name`; the question may be put twice.

        The repository is fetched first: under an old name only GET is redirected, and PyGithub
        takes the redirection of a POST for success.
        """


class TokenAccess(Access):
    """One token for every repository."""

    def __init__(self, client: Github) -> None:
        """Take the client."""
        self._client = client

    def ask(self, name: str, question: Callable[[Repository], T]) -> T:
        return question(self._client.get_repo(name))


class AppAccess(Access):
    """A token an account, for an hour each, fetched where the app is installed."""

    def __init__(self, app: GithubIntegration) -> None:
        """Take the app."""
        self._app = app
        self._clients: dict[str, Github] = {}

    def ask(self, name: str, question: Callable[[Repository], T]) -> T:
        owner, _, repository = name.partition("/")
        if client := self._clients.get(owner.lower()):
            try:
                return question(client.get_repo(name))
            except GithubException as error:
                # Removed and installed again, an app has another number there, and a token knows
                # only the permissions of its first minute. So ask afresh before believing a no.
                if error.status not in _STALE or is_limit(error):
                    raise
                self._clients.pop(owner.lower(), None)
        installation = self._app.get_repo_installation(owner, repository)
        client = self._app.get_github_for_installation(installation.id)
        self._clients[owner.lower()] = client
        return question(client.get_repo(name))
