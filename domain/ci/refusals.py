"""Why CI says no: closed lists, apart from what they are said to, since the API knows them all."""

from enum import StrEnum


class JobRefusal(StrEnum):
    """Why a job says no; each value is a stable code."""

    JOB_NOT_FOUND = "job_not_found"
    JOB_NOT_PENDING = "job_not_pending"
    JOB_ENDED = "job_ended"
    JOB_NOT_ENDED = "job_not_ended"
    STALE_ATTEMPT = "stale_attempt"
    INVALID_PRIORITY = "invalid_priority"


class AccountRefusal(StrEnum):
    """Why an account says no; each value is a stable code."""

    INVALID_SLOTS = "invalid_slots"
    INVALID_AGING = "invalid_aging"
    INVALID_USER = "invalid_user"
    TOO_MANY_USERS = "too_many_users"
