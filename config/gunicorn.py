"""gunicorn's settings, for `make run` and production alike; the command line says where to listen."""

import os

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from config import logs
from config.tether import die_with_parent

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 10_000  # whatever leaks, leaks for a while only
max_requests_jitter = 1_000
control_socket_disable = True
logconfig_dict = logs.configure(os.environ.get("LOG_LEVEL") or "INFO")  # its own format would name whole addresses


def post_fork(_arbiter: Arbiter, _worker: Worker) -> None:
    """Under `make run` a killed master takes its workers along at once."""
    if os.environ.get("WAYMARK_EMBEDDED"):
        die_with_parent()
