"""Pages: where people see a job or a queue, and the keys that let a browser in.

Whoever has a link may follow it, and go no further: its last part is a key to the one thing that it
leads to. It is a part of the path, not of the query, because API Gateway finds routes by their path
alone, and names no caller on one that is open: so callers keep the routes without a key. And the
query of a status' link is its rank.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 bits in base 64 for URLs (RFC 4648, section 5), without padding."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys, made with the newest of our secrets and good under any live one.

    `secrets` are the live ones, the newest first; where there are none, nothing opens. A job's page
    and its log are one thing.
    """

    secrets: tuple[str, ...] = ()

    def of_job(self, job_id: str) -> str:
        """Return the key to a job; empty where there are no secrets."""
        return self._newest(f"job#{job_id}")

    def of_customer(self, customer_id: str) -> str:
        """Return the key to a customer's queue; empty where there are no secrets."""
        return self._newest(f"customer#{customer_id}")

    def open_job(self, job_id: str, key: str) -> bool:
        """Whether a key opens this job, however it came here."""
        return self._is_good(f"job#{job_id}", key)

    def open_customer(self, customer_id: str, key: str) -> bool:
        """Whether a key opens this customer's queue, however it came here."""
        return self._is_good(f"customer#{customer_id}", key)

    def _newest(self, thing: str) -> str:
        return _key(self.secrets[0], thing) if self.secrets else ""

    def _is_good(self, thing: str, key: str) -> bool:
        # An id can be any text, and so can a key: what cannot be encoded was never made by us.
        if not key.isascii() or not thing.isascii():
            return False
        return any(hmac.compare_digest(_key(secret, thing), key) for secret in self.secrets)


@dataclass(frozen=True, slots=True)
class Pages:
    """Our pages, as people elsewhere reach them: behind `url`, or not at all if it is empty."""

    url: str
    keys: Keys = Keys()

    def of_job(self, job_id: str) -> str:
        """Return the link to a job's page; empty where nobody has said how they reach us."""
        path = page_path(job_id, self.keys.of_job(job_id))
        return f"{self.url.rstrip('/')}{path}" if self.url else ""


def page_path(job_id: str, key: str = "") -> str:
    """Return a job's page within the API: a caller's, or with its key anybody's."""
    return _opened(f"/ci/jobs/{job_id}/page", key)


def log_path(job_id: str, key: str = "") -> str:
    """Return what a job's newest run has said, within the API."""
    return _opened(f"/ci/jobs/{job_id}/log", key)


def queue_page_path(customer_id: str, key: str = "") -> str:
    """Return the page of a customer's queue within the API."""
    return _opened(f"/ci/customers/{customer_id}/page", key)


def leads_to_job(path: str, job_id: str) -> bool:
    """Whether a link's path is that of a job's page: without a key, or with one of any secret."""
    before, _, last = path.rpartition("/")
    page = page_path(job_id)
    return path.endswith(page) or (before.endswith(page) and _KEY.fullmatch(last) is not None)


def _opened(path: str, key: str) -> str:
    return f"{path}/{key}" if key else path


def _key(secret: str, thing: str) -> str:
    digest = hmac.digest(secret.encode(), thing.encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
