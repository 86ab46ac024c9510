"""Runs as executions of a state machine, which must be a STANDARD one.

Its executions' names are taken until 90 days after they end, so a name is started once; an EXPRESS
one starts the same name again. What an execution answers is `{"exit_code": 0}` or another number.
"""

import json
from datetime import UTC
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from adapters.runners.names import is_run_name, why_not
from domain.ci.jobs.events import Conclusion
from domain.ci.ports import CannotStartError, Run, RunLook, Runner, RunStatus

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

DETAIL_LENGTH_MAX: Final = 200
_NEVER: Final = frozenset(
    {
        "InvalidExecutionInput",
        "InvalidName",
        "ValidationException",
    }
)
"""What this run meets every time; any other code may pass, and a machine that is not there is put
there: all runs wait for it, and none is to blame."""
_RUN: Final = TypeAdapter(Run)
_ABSENT: Final = RunLook(RunStatus.ABSENT)
_MACHINE_ARN_PARTS: Final = 7


class StepFunctionsRunner(Runner):
    """Starts executions of one state machine."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        """Take the client and the machine's ARN. Raises ValueError if it is none."""
        self._client = client
        self._machine = state_machine_arn
        parts = state_machine_arn.split(":")
        if len(parts) < _MACHINE_ARN_PARTS or parts[5] != "stateMachine":
            raise ValueError(f"{state_machine_arn!r} is no ARN of a state machine")
        # A version or an alias behind the name does not stand in its executions' ARNs.
        self._executions = ":".join((*parts[:5], "execution", parts[6]))

    def start(self, run: Run) -> bool:
        """Start an execution; True as well while the very same one runs, which AWS hands back."""
        if not is_run_name(run.name):
            raise CannotStartError(why_not(run.name))
        try:
            self._client.start_execution(
                stateMachineArn=self._machine,
                name=run.name,
                input=_RUN.dump_json(run).decode(),
            )
        except ClientError as error:
            code = _code(error)
            if code == "ExecutionAlreadyExists":
                return False
            if code in _NEVER:
                raise CannotStartError(
                    f"{self._machine} does not take {run.name}: {error}"
                ) from error
            raise
        return True

    def look(self, name: str) -> RunLook:
        """Say how an execution stands; one that was just started may be absent for a moment."""
        if not is_run_name(name):
            return _ABSENT
        try:
            found = self._client.describe_execution(executionArn=self._arn(name))
        except self._client.exceptions.ExecutionDoesNotExist:
            return _ABSENT
        return _look(found)

    def stop(self, name: str) -> None:
        """End an execution now; how it ended by itself stays."""
        if not is_run_name(name):
            return
        try:
            self._client.stop_execution(executionArn=self._arn(name))
        except ClientError as error:
            # The second one stands for an execution that has ended.
            if _code(error) not in ("ExecutionDoesNotExist", "ValidationException"):
                raise

    def _arn(self, name: str) -> str:
        return f"{self._executions}:{name}"


def _look(found: "DescribeExecutionOutputTypeDef") -> RunLook:
    at = found.get("stopDate")
    stopped = at.astimezone(UTC) if at else None
    match found["status"]:
        case "SUCCEEDED":
            code = _exit_code(found.get("output", ""))
            conclusion = Conclusion.FAILED if code else Conclusion.PASSED
            return RunLook(RunStatus.ENDED, conclusion, code, ended_at=stopped)
        case "FAILED" | "TIMED_OUT" as status:
            said = ": ".join(filter(None, (found.get("error"), found.get("cause")))) or status
            # No script has told an exit code; 0 would read as if it had passed.
            said = said[:DETAIL_LENGTH_MAX]
            return RunLook(RunStatus.ENDED, Conclusion.FAILED, 1, said, stopped)
        case "ABORTED":
            return RunLook(RunStatus.ENDED, ended_at=stopped)
        case "RUNNING" | "PENDING_REDRIVE":
            return RunLook(RunStatus.RUNNING)
        case status:
            # AWS may add some: taken for running it would have slot and branch for ever, unheard.
            raise ValueError(f"an execution is {status}, and nobody here knows what that is")


def _exit_code(output: str) -> int:
    """Read what an execution answers; one that says nothing of an exit code has passed."""
    try:
        said = json.loads(output)
    except ValueError:
        return 0
    code = said.get("exit_code", 0) if isinstance(said, dict) else 0
    return code if isinstance(code, int) else 0


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
