"""Child processes that are started, killed and started again, as a supervisor would."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import ROOT
from tests.servers import spawn


@dataclass
class Program:
    """One program with its own children. It leads a process group, which is what ``kill`` kills."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    headless: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more. It is not reaped by asking, so that its number stays its own."""
        if self.process is None or self.process.returncode is not None:
            return True
        options = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return os.waitid(os.P_PID, self.process.pid, options) is not None

    @property
    def is_stopped(self) -> bool:
        """Whether it was frozen by SIGSTOP."""
        assert self.process
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    @property
    def children(self) -> list[int]:
        """The process ids of its direct children: for a Celery worker, the senders. None once it has ended."""
        if self.process is None or self.has_ended:
            return []
        pid = self.process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = spawn(
                self.command,
                stop_signal=signal.SIGKILL,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the program and its children."""
        if self.process and self.process.returncode is None:
            _signal_group(self.process, number)

    def kill(self) -> None:
        """Kill it and its children at once, as a power cut would. Killing twice is fine."""
        for process in (*self.headless, self.process):
            if process and process.returncode is None:
                _signal_group(process, signal.SIGKILL)
                process.wait()
        self.headless.clear()

    def kill_main(self) -> None:
        """Kill the main process alone; its children see for themselves that it is gone."""
        if self.process:
            self.process.kill()
            self.headless.append(self.process)  # not reaped yet: its group keeps its number


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
