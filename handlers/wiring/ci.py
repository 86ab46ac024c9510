"""CI's part of the composition root."""

# ruff: noqa: PLC0415  # A function's cold start pays only for what it uses.

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.codec.ci_events import ACCOUNTS, JOBS, RECORDS
from adapters.dynamodb.boards import DynamoDBBoards
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.event_store import DynamoDBEventStore
from domain.ci.accounts import FOLD as ACCOUNT_FOLD
from domain.ci.accounts import AccountEvent, AccountState
from domain.ci.jobs.events import JobEvent
from domain.ci.jobs.state import FOLD as JOB_FOLD
from domain.ci.jobs.state import JobState
from domain.ci.ports import CiStreams
from domain.ci.records import FOLD as RECORD_FOLD
from domain.ci.records import HookRecorded, RecordState
from domain.published.ci import count
from handlers.settings import (
    CiSettings,
    GitHubSettings,
    HookSettings,
    LinkSettings,
    MailSettings,
    RunnerSettings,
    WebhookSettings,
    read,
    settings,
)
from handlers.wiring import bus, clock, dynamodb, parking, reports_stream_failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from github import Github, GithubIntegration

    from adapters.github.connection import Access
    from adapters.runners.work import Work
    from domain.ci.hooks import Hook
    from domain.ci.jobs.state import Job
    from domain.ci.pages import Keys, Pages
    from domain.ci.ports import Bodies, Checks, Deliveries, Logs, Mail, Mailer, Runner
    from domain.ci.sweeping.sweeper import CiSweeper
    from domain.published.ports import Notices
    from handlers.streams.batch import Arrived

__all__ = ["bus", "clock", "parking", "reports_stream_failures"]

AGENT = [sys.executable, "-m", "handlers.ci.agent"]


class UnknownChoiceError(Exception):
    """A setting names none of what this release has."""

    def __init__(self, name: str, value: str, known: str) -> None:
        """Say which setting, and what it may be."""
        super().__init__(f"{name}={value!r} is not known; use one of {known}")


class WrongSettingError(Exception):
    """A setting is not what it must be."""

    def __init__(self, name: str, why: object) -> None:
        """Say which setting, and what is wrong with it."""
        super().__init__(f"{name}: {why}")


@cache
def _jobs() -> DynamoDBEventStore[JobState, JobEvent]:
    return DynamoDBEventStore(dynamodb(), _tables(), JOB_FOLD, JOBS, count)


@cache
def _accounts() -> DynamoDBEventStore[AccountState, AccountEvent]:
    return DynamoDBEventStore(dynamodb(), _tables(), ACCOUNT_FOLD, ACCOUNTS, count)


@cache
def _records() -> DynamoDBEventStore[RecordState, HookRecorded]:
    return DynamoDBEventStore(dynamodb(), _tables(), RECORD_FOLD, RECORDS, count)


def _tables() -> StoreTables:
    known = read(CiSettings)
    return StoreTables(known.ci_events_table, settings().claims_table, known.boards_table)


@cache
def streams() -> CiStreams:
    """Return CI's stores and boards."""
    boards = DynamoDBBoards(dynamodb(), _tables().boards)
    return CiStreams(_jobs(), _accounts(), _records(), boards)


def read_record(record: dict[str, Any]) -> "Arrived":
    """Decode a stream record of CI's events table."""
    from handlers.streams.records import by_category
    from handlers.streams.records import read as read_change

    return read_change(record, by_category(_jobs(), _accounts(), _records()))


@cache
def notices() -> "Notices":
    """Return where notices of CI's streams leave."""
    from adapters.aws import client
    from adapters.sns.notices import SnsNotices

    return SnsNotices(client("sns"), read(CiSettings).ci_notices_topic)


@cache
def bodies() -> "Bodies":
    """Return where raw bodies of hooks lie."""
    from adapters.aws import client
    from adapters.shelves.s3 import S3Bodies

    return S3Bodies(client("s3"), read(CiSettings).ci_bucket)


@cache
def logs() -> "Logs":
    """Return where what runs said lies."""
    from adapters.aws import client
    from adapters.shelves.s3 import S3Logs

    return S3Logs(client("s3"), read(CiSettings).ci_bucket)


def read_hook(event: str, body: bytes, content_type: str) -> "Hook":
    """Read what a hook says."""
    from adapters.github.hooks import read as read_body

    return read_body(event, body, content_type)


def is_signed(header: str | None, body: bytes) -> bool:
    """Whether a body bears the signature of a live secret."""
    from adapters.github.signatures import is_signed as is_signed_with

    return is_signed_with(header, body, webhook_secrets())


@cache
def webhook_secrets() -> tuple[str, ...]:
    """Return the live secrets, the newest first."""
    return tuple(read(WebhookSettings).github_webhook_secrets.split())


@cache
def link_keys() -> "Keys":
    """Return the keys of links to our pages."""
    from domain.ci.pages import Keys

    return Keys(tuple(read(LinkSettings).ci_link_secrets.split()))


@cache
def _pages() -> "Pages":
    from domain.ci.pages import Pages

    return Pages(read(CiSettings).ci_page_url, link_keys())


@cache
def runner() -> "Runner":
    """Return whoever runs scripts."""
    known = read(RunnerSettings)
    match known.ci_runner:
        case "local":
            from adapters.runners.subprocess_runner import SubprocessRunner

            return SubprocessRunner(Path(known.ci_runs_folder), AGENT)
        case "step_functions":
            from adapters.aws import client
            from adapters.runners.step_functions import StepFunctionsRunner

            return StepFunctionsRunner(client("stepfunctions"), known.ci_state_machine)
        case other:
            raise UnknownChoiceError("CI_RUNNER", other, "local, step_functions")


def script() -> Path:
    """Return the script that a local run runs."""
    return Path(read(RunnerSettings).ci_script)


@cache
def checks() -> "Checks":
    """Return where a commit's checks are shown."""
    match read(GitHubSettings).ci_checks:
        case "status":
            from adapters.github.statuses import StatusChecks

            return StatusChecks(_access(), _pages())
        case "check_run":
            from adapters.github.check_runs import CheckRunChecks

            return CheckRunChecks(_access(), _pages())
        case "none":
            from adapters.memory.silent import SilentChecks

            return SilentChecks()
        case other:
            raise UnknownChoiceError("CI_CHECKS", other, "status, check_run, none")


@cache
def _access() -> "Access":
    from adapters.github.connection import AppAccess, TokenAccess

    if read(GitHubSettings).github_app_id:
        return AppAccess(_app())
    return TokenAccess(_token())


@cache
def _token() -> "Github":
    from adapters.github.connection import Api, token_client

    known = read(GitHubSettings)
    if not known.github_token:
        raise WrongSettingError("GITHUB_TOKEN", "it is empty; set it, or GITHUB_APP_ID")
    return token_client(known.github_token, Api(known.github_api_url))


@cache
def _app() -> "GithubIntegration":
    from adapters.github.connection import Api, app_client

    known = read(GitHubSettings)
    api = Api(known.github_api_url)
    try:
        return app_client(known.github_app_id, known.github_private_key, api)
    except ValueError as error:
        raise WrongSettingError("GITHUB_PRIVATE_KEY", error) from error


def deliveries() -> "dict[str, Callable[[], Deliveries]]":
    """Return GitHub's memories of what it sent us, by name: our app's, and those of GITHUB_HOOK."""
    from functools import partial

    hooks = read(HookSettings).github_hook.split()
    known: dict[str, Callable[[], Deliveries]] = {one: partial(_hook, one) for one in hooks}
    if read(GitHubSettings).github_app_id:
        known["the app"] = _app_hook
    return known


@cache
def _app_hook() -> "Deliveries":
    from adapters.github.deliveries import AppDeliveries

    return AppDeliveries(_app())


@cache
def _hook(text: str) -> "Deliveries":
    from adapters.github.deliveries import HookDeliveries, hook_in

    try:
        repository, number = hook_in(text)
    except ValueError as error:
        raise WrongSettingError("GITHUB_HOOK", error) from error
    return HookDeliveries(_token(), repository, number)


@cache
def mailer() -> "Mailer":
    """Return where mail leaves."""
    known = read(MailSettings)
    match known.ci_mail:
        case "ses":
            from adapters.aws import client
            from adapters.mail.ses import SesMailer

            return SesMailer(client("sesv2"), known.ci_mail_from)
        case "folder":
            from adapters.mail.folder import FolderMailer

            return FolderMailer(Path(known.ci_mail_folder), known.ci_mail_from)
        case "none":
            from adapters.memory.silent import SilentMailer

            return SilentMailer()
        case other:
            raise UnknownChoiceError("CI_MAIL", other, "ses, folder, none")


def address_of(body_sha256: str) -> str:
    """Find the address of whoever caused a hook, in its stored body."""
    from adapters.github.hooks import address

    return address(bodies().read(body_sha256) or b"")


def write_mail(job: "Job", key: str, to: str) -> "Mail":
    """Write the mail about a job's end."""
    from adapters.mail.letters import letter

    return letter(job, key, to, _pages())


@cache
def sweeper() -> "CiSweeper":
    """Return what closes CI's gaps; a wrong setting is met by what needs it, and by no other."""
    from domain.ci.sweeping.sweeper import CiSweeper, Ports
    from handlers.timers.ci.news import publish, wake

    return CiSweeper(
        Ports(
            streams=streams(),
            runner=runner,
            wake=lambda commit, debts: wake(notices(), commit, debts),
            publish=lambda job_id: publish(streams(), bus(), parking(), job_id),
            deliveries=deliveries,
            clock=clock,
        )
    )


def work_at(folder: Path) -> "Work":
    """Return a run's folder, as an agent works in it."""
    from adapters.runners.work import Work

    return Work(folder)
