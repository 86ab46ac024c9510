"""Who is asking: as API Gateway has found out, never as the caller says of itself."""

from collections.abc import Mapping
from typing import Any

from domain.kernel.refused import Refused
from handlers.api.edge import EdgeRefusal


def caller_of(event: Mapping[str, Any]) -> str:
    """Return a name for the caller that no other caller has, the same whenever it asks again.

    Idempotency keys belong to it. Raises Refused(CALLER_UNKNOWN).
    """
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    iam = authorizer.get("iam") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if arn := iam.get("userArn"):
        return principal_of(str(arn))
    if subject := claims.get("sub"):
        return f"{claims.get('iss', '')}#{subject}"
    raise Refused(EdgeRefusal.CALLER_UNKNOWN)


def principal_of(arn: str) -> str:
    """Return who stands behind an ARN.

    `arn:aws:sts::1:assumed-role/shop/i-0ab1` is the role shop: the session after it differs from
    machine to machine, and a retry from another one must find the same order.
    """
    head, kind, rest = arn.partition(":assumed-role/")
    return f"{head}{kind}{rest.partition('/')[0]}" if kind else arn
