"""Argon2 with the least work it allows: tests make people by the hundred, and none of them is attacked."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickHasher(Argon2PasswordHasher):
    """The same algorithm and format as in production, in well under a millisecond."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
