"""What may stand in CI's events table: one codec a kind of stream."""

from typing import Any, Final, get_args

from adapters.codec.event_codec import EventCodec
from domain.ci.accounts import Account, AccountEvent
from domain.ci.jobs.events import JobEvent
from domain.ci.jobs.state import Job
from domain.ci.records import HookRecorded, Record

JOBS: Final[EventCodec[Any, JobEvent]] = EventCodec(get_args(JobEvent), Job)
ACCOUNTS: Final[EventCodec[Any, AccountEvent]] = EventCodec(get_args(AccountEvent), Account)
RECORDS: Final[EventCodec[Any, HookRecorded]] = EventCodec((HookRecorded,), Record)
