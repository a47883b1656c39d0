"""What make shows of a run: one line a job, errors in full, and at the end what failed or was interrupted.

Snakemake finds it by the name of the package, for ``--logger lines``. All that the engine has to say, such as
the reason of each job, is in its own log below .snakemake/log.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from snakemake.common import NOTHING_TO_BE_DONE_MSG
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

#: How the engine's answers to SIGINT and to SIGTERM begin; they are no events.
STOPPED = (
    "Cancelling snakemake on user request",
    "Terminating processes on user request",
    "Will exit after finishing currently running jobs",
)

#: How errors end that the script itself, its log and the last lines tell better.
TOLD = (
    "returned non-zero exit status 1.",
    "Exiting because a job execution failed. Look above for error messages",
    "At least one job did not complete successfully.",
)


#: What an error says of a job that was killed, after its whole command.
KILLED = "died with <Signals."


class LogHandler(LogHandlerBase):
    """Print what a user acts on."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = False
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self.total = 0
        self.jobs: dict[int, str] = {}
        self.failed: list[str] = []
        self.stopped = False

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record, or leave it to the engine's log."""
        event, text = getattr(record, "event", None), record.getMessage().rstrip()
        self.stopped |= text.startswith(STOPPED)
        if self.stopped:
            # Every job that runs fails now, and says so.
            return
        if event == LogEvent.RUN_INFO:
            self.total = record.stats["total"]
        elif event == LogEvent.JOB_INFO:
            self.jobs[record.jobid] = record.rule_msg
            say(f"[{len(self.jobs):>{len(str(self.total))}}/{self.total}] {record.rule_msg}")
        elif event == LogEvent.JOB_ERROR:
            self._job_failed(self.jobs[record.jobid], record.log)
        elif text == NOTHING_TO_BE_DONE_MSG or (
            record.levelno >= logging.WARNING and not text.endswith(TOLD) and KILLED not in text
        ):
            say(text)

    def _job_failed(self, job: str, logs: list[str]) -> None:
        for path in map(Path, logs):
            lines = path.read_text(errors="replace").splitlines() if path.exists() else []
            if not lines:
                self.failed.append(f"{job}: killed, or ended without a word; for lack of memory?")
                continue
            say(f"{job} failed. Its log, {path}:", *lines)
            # The last line of a traceback is the error.
            self.failed.append(f"{job}: {lines[-1]}")

    def close(self) -> None:
        """Say how the run ended, if not well."""
        if self.stopped:
            say("Interrupted. Nothing that was finished is lost: the same command goes on from there.")
        elif self.failed:
            say("These jobs failed, and what depends on them was left out:", *self.failed)
        # Called once more when the interpreter ends.
        self.stopped, self.failed = False, []
        super().close()


def say(first: str, *others: str) -> None:
    """Print a line, and others indented below it, where the engine prints."""
    print(first, *(f"    {line}" for line in others), sep="\n", file=sys.stderr, flush=True)
