# What every workflow of this project shares: the environment of its jobs, and who uses what.
import os
import sys
from pathlib import Path
from functools import cache

os.environ.update(PYTHONPATH=os.path.abspath("workflow"))
# By default glibc hands arrays of 128 kB and more back to the system, and then pays for their pages again at
# every use, which takes a third of the time of many jobs. Elsewhere these two have no effect.
os.environ.update(MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="1073741824")
sys.path.insert(0, os.path.abspath("workflow"))

from alone import take_folder
from bestofk import provenance
from bestofk.sources import module_closure, package_versions
from bestofk.trace import lookup

# What a job says passes through a reader that an interrupt ends: no job then prints where it was interrupted.
shell.prefix("set -euo pipefail; exec 2> >(exec cat >&2); ")


def configured(*keys):
    """The configuration at some dotted keys: what a job depends on, and what its record states."""
    return {key: lookup(CONFIGURATION, key) for key in keys}


@cache
def sources(script, *others):
    """The files written by a person that decide what a script makes: itself, its modules, and others."""
    modules = [name for path in (script, *others) if path.endswith(".py") for name in module_closure(path)]
    return list(dict.fromkeys([script, *others, *modules]))


@cache
def versions(script, *others):
    return package_versions(sources(script, *others))


def records(*paths):
    return sorted({provenance.record_path(path).as_posix() for path in paths})
