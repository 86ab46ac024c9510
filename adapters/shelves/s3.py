"""Shelves in S3: bodies under their hash, logs under their run.

Reading needs `s3:ListBucket` besides `s3:GetObject`: without it S3 answers 403 for what it lacks.
"""

import re
from typing import TYPE_CHECKING, Final

from domain.ci.ports import Bodies, Logs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class S3Bodies(Bodies):
    """Objects `bodies/<first two digits>/<SHA-256>`."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Take the client and the bucket."""
        self._client = client
        self._bucket = bucket

    def keep(self, sha256: str, body: bytes) -> None:
        """Write the object; again, it is the same bytes. Raises ValueError for another name."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256 in 64 hexadecimal digits, lower case")
        self._client.put_object(Bucket=self._bucket, Key=_body_key(sha256), Body=body)

    def read(self, sha256: str) -> bytes | None:
        """Return a body; None also for a name under which none can be kept."""
        if not _SHA256.fullmatch(sha256):
            return None
        return _read(self._client, self._bucket, _body_key(sha256))


class S3Logs(Logs):
    """Objects `logs/<run>.txt`, which a browser shows as text."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Take the client and the bucket."""
        self._client = client
        self._bucket = bucket

    def keep(self, run: str, text: bytes) -> None:
        """Write the object in place of the one before."""
        self._client.put_object(
            Bucket=self._bucket,
            Key=_log_key(run),
            Body=text,
            ContentType="text/plain; charset=utf-8",
        )

    def read(self, run: str) -> bytes | None:
        """Return what a run said."""
        return _read(self._client, self._bucket, _log_key(run))


def _body_key(sha256: str) -> str:
    return f"bodies/{sha256[:2]}/{sha256}"


def _log_key(run: str) -> str:
    return f"logs/{run}.txt"


def _read(client: "S3Client", bucket: str, key: str) -> bytes | None:
    try:
        answer = client.get_object(Bucket=bucket, Key=key)
    except client.exceptions.NoSuchKey:
        return None
    with answer["Body"] as body:
        return body.read()  # Raises if it is shorter than was said.
