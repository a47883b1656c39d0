"""One run in a folder at a time: a lock that the system takes off when its holder ends, however it ends.

Make puts it before a command, also before .venv exists: hence no package is imported here.
"""

import fcntl
import os
import sys

LOCK = ".snakemake/run.lock"


def take_folder() -> int:
    """Hold the lock of the current folder until this process ends.

    Returns
    -------
    int
        The open file that holds the lock.

    Raises
    ------
    SystemExit
        With one sentence, if another process holds the lock.
    """
    os.makedirs(os.path.dirname(LOCK), exist_ok=True)
    lock = os.open(LOCK, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode()
        sys.exit(f"Another run works in this folder (process {holder}); wait for it or stop it.")
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


if __name__ == "__main__":
    # The command takes the place of this process and keeps its number, its signals and the lock.
    os.set_inheritable(take_folder(), True)
    os.execvp(sys.argv[1], sys.argv[1:])
