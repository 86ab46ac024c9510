"""Why the API itself says no, before any context is asked or when its answer cannot be had."""

from enum import StrEnum


class EdgeRefusal(StrEnum):
    """Each value is a stable code."""

    CALLER_UNKNOWN = "caller_unknown"
    SIGNATURE_INVALID = "signature_invalid"
    NOT_TAKEN_IN = "not_taken_in"
    ROUTE_NOT_FOUND = "route_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    IF_MATCH_INVALID = "if_match_invalid"
    CORRELATION_ID_INVALID = "correlation_id_invalid"
    CURSOR_INVALID = "cursor_invalid"
    BODY_TOO_LARGE = "body_too_large"
    BODY_NOT_JSON = "body_not_json"
    BODY_TOO_DEEP = "body_too_deep"
    DUPLICATE_KEY = "duplicate_key"
    CONTENT_TYPE_NOT_JSON = "content_type_not_json"
    VALIDATION_FAILED = "validation_failed"
    CURRENCY_DIFFERS = "currency_differs"
    TRACKING_NOT_FOUND = "tracking_not_found"
    PROBLEM_NOT_FOUND = "problem_not_found"
    LOG_NOT_FOUND = "log_not_found"
    COMMIT_TOO_LARGE = "commit_too_large"
    STORE_UNAVAILABLE = "store_unavailable"
    INTERNAL = "internal"
