"""``python -m tests.tools``: make the tools of others ready."""

from tests.tools import ensure

if __name__ == "__main__":
    ensure()
