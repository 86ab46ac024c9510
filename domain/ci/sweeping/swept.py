"""What a sweep finds and does, and how trouble with one thing keeps no other from being done."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Swept:
    """What a sweep found and did. `trouble` names what will be tried again, and why.

    Of runs that nobody has heard of, and of ends that status or mail do not tell of, the notice is
    sent again: `runs_woken`, `ends_woken`. `published` are jobs whose ends other teams were told
    of. `left` is what was not begun, for want of time or since it was too much at once.
    """

    customers: int = 0
    scheduled: int = 0
    runs_woken: int = 0
    extended: int = 0
    ended: int = 0
    lost: int = 0
    ends_woken: int = 0
    published: int = 0
    redelivered: int = 0
    left: int = 0
    drifted: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def tried(self, what: str, act: Callable[[], object]) -> bool:
        """Act, and return whether something came of it; what goes wrong is trouble with `what`."""
        try:
            return bool(act())
        except Exception as error:  # noqa: BLE001  # The next sweep tries it again.
            self.trouble.append(f"{what}: {error!r}")
            return False
