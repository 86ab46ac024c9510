"""A runner in memory: the reference, whose runs end when somebody says so."""

from threading import Lock

from domain.ci.ports import CannotStartError, Run, RunLook, Runner, RunStatus


class MemoryRunner(Runner):
    """Runs by their names, and how they stand."""

    def __init__(self) -> None:
        """Start with none; whoever stands in `refused` can never be started, and why."""
        self.runs: dict[str, Run] = {}
        self.looks: dict[str, RunLook] = {}
        self.refused: dict[str, str] = {}
        self._lock = Lock()

    def start(self, run: Run) -> bool:
        """Start a run; False when one of this name was started before."""
        if run.name in self.refused:
            raise CannotStartError(self.refused[run.name])
        with self._lock:
            if run.name in self.runs:
                return False
            self.runs[run.name] = run
            self.looks[run.name] = RunLook(RunStatus.RUNNING)
            return True

    def look(self, name: str) -> RunLook:
        """Say how a run stands."""
        return self.looks.get(name, RunLook(RunStatus.ABSENT))

    def stop(self, name: str) -> None:
        """End a run as stopped, unless it has ended."""
        self.end(name, RunLook(RunStatus.ENDED))

    def end(self, name: str, look: RunLook) -> None:
        """End a run as this says; the first word stands."""
        with self._lock:
            if self.look(name).status is RunStatus.RUNNING:
                self.looks[name] = look
