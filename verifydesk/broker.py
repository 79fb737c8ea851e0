"""Where the Redis-speaking broker is found: REDIS_URL when given, else a server of our own on a socket in VAR_DIR."""

from pathlib import Path


def socket_path(var_dir: Path) -> Path:
    """The unix socket of the embedded broker. Its directory is 0700; the whole path must stay under 107 bytes."""
    return var_dir / "broker" / "redis.sock"


def broker_url(redis_url: str, var_dir: Path) -> str:
    """The URL that Celery speaks to."""
    return redis_url or f"redis+socket://{socket_path(var_dir)}"
