"""Names of runs, before they become paths and parts of ARNs."""

import re
from typing import Final

NAME_LENGTH_MAX: Final = 80
"""As long as Step Functions lets an execution's name be."""
_NAME: Final = re.compile(rf"[a-z0-9-]{{1,{NAME_LENGTH_MAX}}}")


def is_run_name(name: str) -> bool:
    """Whether a run can bear this name; no other can ever have been started."""
    return _NAME.fullmatch(name) is not None


def why_not(name: str) -> str:
    """Say what is wrong with a name that no run can bear."""
    return f"{name[:NAME_LENGTH_MAX]!r} is no name of a run: 1 to 80 of a-z, 0-9 and hyphen"
