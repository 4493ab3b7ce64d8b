"""The roadmap's migrations and one more, as the next release might bring it: name it in MIGRATION_MODULES."""

from roadmap import migrations

__path__ = [*__path__, *migrations.__path__]
