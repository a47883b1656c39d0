"""A copy of the project in a folder of its own, in which the tests run, damage and interrupt the pipeline."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What a checkout does not hold; used where there is no git to ask.
NOT_TRACKED = shutil.ignore_patterns(
    ".venv", "results", ".git", ".snakemake", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis"
)

#: Written by the engine about a run, and different in each: no part of its results.
ABOUT_THE_RUN = {"logs", "benchmarks", "discarded", "run.json"}


@dataclass(frozen=True)
class Plan:
    """What a dry run would do.

    Attributes
    ----------
    rules : Counter
        Number of jobs of each rule.
    jobs : dict of str to str
        The message of each job, and why it would run.
    """

    rules: Counter
    jobs: dict[str, str]

    @classmethod
    def parse(cls, output: str) -> Plan:
        """Read the output of ``snakemake -n``.

        Examples
        --------
        >>> text = "job  count\\n---  -----\\na    2\\ntotal  2\\n\\nJob 3: Doing a\\nReason: Missing\\n"
        >>> Plan.parse(text)
        Plan(rules=Counter({'a': 2}), jobs={'Doing a': 'Missing'})
        """
        table = re.search(r"^job +count\n[- ]+\n(.*?)^total ", output, flags=re.MULTILINE | re.DOTALL)
        rows = [line.split() for line in table[1].splitlines()] if table else []
        jobs = re.findall(r"^Job \d+: (.*)\nReason: (.*)$", output, flags=re.MULTILINE)
        return cls(Counter({name: int(count) for name, count in rows}), dict(jobs))


def figure_table(root: Path = ROOT) -> dict[str, dict]:
    """The figures that the rules make: name to the experiments drawn and the place where it is printed."""
    text = (root / "workflow/rules/common.smk").read_text()
    return ast.literal_eval(re.search(r"^FIGURES = (\{.*?^\})", text, flags=re.MULTILINE | re.DOTALL)[1])


class ProjectCopy:
    """The files that git tracks or would track, copied to another folder, and the tools to run them there.

    Parameters
    ----------
    root : Path
        The new folder; must not exist.

    Attributes
    ----------
    published : dict of str to str
        Hashes of the published files: as in the project, with stand-ins for those that it lacks.
    """

    def __init__(self, root: Path):
        self.root = root
        if (ROOT / ".git").exists():
            command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
            for name in filter(None, listed.split("\0")):
                if (ROOT / name).is_file():
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / name, root / name)
        else:
            shutil.copytree(ROOT, root, ignore=NOT_TRACKED)
        figures = [f"figures/{name}.{suffix}" for name in figure_table() for suffix in ("pdf", "png", "csv")]
        for name in (*figures, "paper/paper.pdf", "paper/appendix.pdf"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).touch(exist_ok=True)
        self.published = self.hashes("figures") | self.hashes("paper")

    def __truediv__(self, name: str) -> Path:
        return self.root / name

    @property
    def environment(self) -> dict[str, str]:
        """That of a terminal without a display; the copy's library comes before the installed one."""
        hidden = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS"}
        # Under `make test` a make of the tests would take itself for a part of that one.
        hidden |= {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        return {**kept, "PYTHONPATH": str(self.root / "workflow")}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy and wait for it, whatever its exit status."""
        return subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True)

    def snakemake_command(
        self, *arguments: str, cores: int = 2, parameters: str = "workflow/config/smoke.yaml"
    ) -> list[str]:
        """The command line of Snakemake with this interpreter; ``arguments`` end in the targets."""
        start = [sys.executable, "-m", "snakemake", "--config", f"parameters={parameters}"]
        return [*start, "--cores", str(cores), *arguments]

    def snakemake(self, *arguments: str, **options: int | str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake."""
        return self.run(*self.snakemake_command(*arguments, **options))

    def make_command(self, *arguments: str) -> list[str]:
        """The command line of make with the programs of this interpreter, so that no environment is built."""
        ready = self.root / ".environment-is-ready"
        ready.touch()
        programs = sysconfig.get_path("scripts")
        return ["make", f"BIN={programs}", f"READY={ready.name}", f"PYTHON={sys.executable}", *arguments]

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make."""
        return self.run(*self.make_command(*arguments))

    def bestofk(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the project's command line."""
        return self.run(sys.executable, "-m", "bestofk.cli", *arguments)

    def plan(self, *arguments: str, **options: int | str) -> Plan:
        """What Snakemake would do."""
        done = self.snakemake("-n", *arguments, **options)
        assert done.returncode == 0, done.stderr
        return Plan.parse(done.stdout)

    def start_make(self, *arguments: str) -> subprocess.Popen[str]:
        """Start make in a process group of its own, as a terminal does."""
        return subprocess.Popen(
            self.make_command(*arguments),
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell starts background jobs deaf to SIGINT, and their children inherit it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    @contextmanager
    def changed(self, name: str, change: Callable[[str], str]) -> Iterator[None]:
        """Edit a text file, as an editor does, and put it back with its old time."""
        path = self.root / name
        old, status = path.read_bytes(), path.stat()
        text = old.decode()
        assert change(text) != text, f"the edit of {name} changes nothing"
        path.write_text(change(text))
        try:
            yield
        finally:
            path.write_bytes(old)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def hashes(self, folder: str = "results/smoke") -> dict[str, str]:
        """The hash of every result below a folder, by its path in the copy."""
        start = self.root / folder
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(start.rglob("*"))
            if path.is_file() and not ABOUT_THE_RUN & set(path.relative_to(start).parts)
        }

    def records(self, folder: str = "results/smoke") -> list[Path]:
        """The records below a folder, oldest first."""
        start, times = self.root / folder, {}
        for path in start.rglob("*.record.json"):
            # A run that is under way takes away what it makes again.
            with suppress(FileNotFoundError):
                if not ABOUT_THE_RUN & set(path.relative_to(start).parts):
                    times[path] = path.stat().st_mtime_ns
        return sorted(times, key=times.__getitem__)


def stop_after(process: subprocess.Popen[str], copy: ProjectCopy, jobs: int, how: signal.Signals) -> str:
    """Send a signal to a run and to all its jobs once it has recorded some number of jobs in all.

    Returns
    -------
    str
        What the run said.
    """
    deadline = time.monotonic() + 120
    while len(copy.records()) < jobs:
        assert process.poll() is None, "the run ended before it could be stopped"
        assert time.monotonic() < deadline, "the run did not get far enough to be stopped"
        time.sleep(0.02)
    os.killpg(process.pid, how)
    return process.communicate(timeout=60)[1]
