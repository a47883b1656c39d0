"""What make lets through of what the engine says; whole runs are in test_faults and test_make."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_logger_plugin_lines import LogHandler


@pytest.fixture
def handler():
    handler = LogHandler(None, None)
    yield handler
    handler.close()


def record(message: str, level: int = logging.INFO, **event: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": message, "levelno": level, **event})


def test_job_is_one_line_with_its_place_among_all(handler, capsys) -> None:
    handler.emit(record("Job stats: ...", event=LogEvent.RUN_INFO, stats={"grid": 10, "all": 1, "total": 11}))
    for jobid in (4, 2):
        handler.emit(
            record(
                "", event=LogEvent.JOB_INFO, jobid=jobid, rule_msg=f"Doing {jobid}", reason="Missing output"
            )
        )
        handler.emit(record("Select jobs to execute..."))
        handler.emit(record(f"Finished jobid: {jobid}", event=LogEvent.JOB_FINISHED, job_id=jobid))
    assert capsys.readouterr().err == "[ 1/11] Doing 4\n[ 2/11] Doing 2\n"


def test_error_is_told_in_full(handler, capsys) -> None:
    handler.emit(record("MissingInputException in rule paper", logging.ERROR, event=LogEvent.ERROR))
    assert capsys.readouterr().err == "MissingInputException in rule paper\n"


def test_job_that_was_killed_is_told_as_such(handler, capsys, tmp_path: Path) -> None:
    handler.emit(record("", event=LogEvent.JOB_INFO, jobid=1, rule_msg="Doing 1"))
    log = tmp_path / "absent.log"
    handler.emit(record("", logging.ERROR, event=LogEvent.JOB_ERROR, jobid=1, log=[str(log)]))
    command = "RuleException:\nCommand 'python x.py' died with <Signals.SIGKILL: 9>."
    handler.emit(record(command, logging.ERROR, event=LogEvent.ERROR))
    handler.close()
    told = "Doing 1: killed, or ended without a word; for lack of memory?"
    assert capsys.readouterr().err.endswith(
        f"Doing 1\nThese jobs failed, and what depends on them was left out:\n    {told}\n"
    )


@pytest.mark.parametrize(
    "stopped", ["Terminating processes on user request, this", "Will exit after finishing currently"]
)
def test_stop_is_told_at_the_end_and_nothing_after_it(handler, capsys, stopped: str) -> None:
    handler.emit(record(f"{stopped} running jobs (scheduler)."))
    handler.emit(record("RuleException: died with <Signals.SIGINT: 2>.", logging.ERROR, event=LogEvent.ERROR))
    assert capsys.readouterr().err == ""
    handler.close()
    assert capsys.readouterr().err.startswith("Interrupted. Nothing that was finished is lost")
    handler.close()
    assert capsys.readouterr().err == ""
