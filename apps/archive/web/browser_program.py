"""What a browser's process is before it becomes the browser: it takes on its bounds and its pipes, and gives up root.

It is started by browser.py with a Python of its own and knows nothing of the desk. Arguments: file size in bytes, user
and group number (or -1 to stay who we are), the two pipes, and the browser's command line. Chromium takes orders on
descriptor 3, answers on 4 (--remote-debugging-pipe), and ends when the one who gave the orders is gone.
"""

import fcntl
import os
import resource
import sys

ORDERS, ANSWERS = 3, 4
OPEN_FILES = 4_096


def main() -> None:
    size, user, group, orders, answers = (int(value) for value in sys.argv[1:6])
    command = sys.argv[6:]
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = OPEN_FILES if most_files == resource.RLIM_INFINITY else min(OPEN_FILES, most_files)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    if user >= 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    # Both are moved out of the way first: one of them may have the other's number.
    orders, answers = _high(orders), _high(answers)
    os.dup2(orders, ORDERS)
    os.dup2(answers, ANSWERS)
    os.closerange(ANSWERS + 1, files)
    os.execv(command[0], command)  # noqa: S606


def _high(descriptor: int) -> int:
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, ANSWERS + 1)


if __name__ == "__main__":
    main()
