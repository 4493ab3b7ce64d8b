"""Every test meets real servers: PostgreSQL, Redis, and where it asks for them SMTP and a browser.

The servers start when this file is imported, for settings read their addresses before any fixture could run. Under
xdist the first process starts them and the workers inherit the addresses; each worker has its own database, a copy of
one that is migrated once, and its own number in Redis.
"""

import atexit
import gc
import os
import secrets
import signal
import tempfile
from pathlib import Path

import django
import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from config.servers import ThrowAwayServers
from config.tether import die_with_parent
from tests.redis_numbers import with_number

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
MIGRATED = "test_waymark_migrated"

pytest_plugins = ["tests.certificates", "tests.chromium", "tests.faults.hostile_smtp", "tests.smtp"]


def _start_servers() -> None:
    """Start what DATABASE_URL and REDIS_URL don't name, and stop it at the end, however that comes."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end in order, as by Ctrl-C
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
    missing = {"DATABASE_URL", "REDIS_URL"} - set(os.environ)
    if missing:
        servers = ThrowAwayServers(wanted=missing)
        atexit.register(servers.stop)
        os.environ.update(servers.start())


def _set_environment() -> None:
    """The same settings for everybody: nothing of the developer's own environment shows through."""
    for name in (
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
        "DEBUG",
        "SIGN_UP",
        "PORT",
        "TRUSTED_PROXY_COUNT",
        "STAFF_SECOND_FACTOR",
    ):
        os.environ.pop(name, None)
    folder = tempfile.TemporaryDirectory(prefix="waymark-var-")
    atexit.register(folder.cleanup)
    (Path(folder.name) / "static").mkdir()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        WAYMARK_EMBEDDED="1",
        SECRET_KEY=secrets.token_urlsafe(50),
        SITE_URL="http://waymark.test",
        ALLOWED_HOSTS="waymark.test,localhost,127.0.0.1",
        VAR_DIR=folder.name,
        LOG_LEVEL="WARNING",
        STATICFILES_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage",
        REDIS_URL=with_number(os.environ["REDIS_URL"], int(WORKER.removeprefix("gw")) + 1 if WORKER else 0),
        DJANGO_ALLOW_ASYNC_UNSAFE="1",  # the browser's synchronous interface runs an event loop in the tests' thread
    )


if WORKER:
    die_with_parent()
else:
    _start_servers()
_set_environment()
REDIS = redis.Redis.from_url(os.environ["REDIS_URL"])
django.setup()  # now, so that the other conftest files and the test modules may import models
# An xdist worker inherits our environment; with this name in it, its settings would be read before it has its own.
del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_collection_finish() -> None:
    """What is loaded now stays: the garbage collector, a tenth of all work otherwise, need not look at it again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Migrate a database before the workers begin; it goes when they have ended."""
    name, blocker = connection.settings_dict["NAME"], config.stash[blocking_manager_key]
    connection.settings_dict["TEST"]["NAME"] = MIGRATED
    with blocker.unblock():
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()  # nobody may be connected to what is to be copied

    def forget() -> None:
        with blocker.unblock():
            connection.creation.destroy_test_db(name, verbosity=0)

    config.add_cleanup(forget)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A worker's database is a copy of the migrated one."""
    if WORKER:
        django_settings.DATABASES["default"]["TEST"]["TEMPLATE"] = MIGRATED


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of manage.py."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """No test meets another's rate limits or queued tasks."""
    REDIS.flushdb()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Hashing costs as little as it can; a test about its cost asks for the real hasher."""
    settings.PASSWORD_HASHERS = ["tests.quick_hasher.QuickHasher"]
