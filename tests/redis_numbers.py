"""Redis keeps numbered databases in one server; each test worker takes one."""

from urllib.parse import urlsplit


def with_number(url: str, number: int) -> str:
    """The address of the same server with database `number`."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()
