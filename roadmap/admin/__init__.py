"""Django admin: the editors' workshop (curriculum, roadmaps, editions) and the operators' window (operations)."""

from . import curriculum, digests, editions, operations, roadmaps

__all__ = ["curriculum", "digests", "editions", "operations", "roadmaps"]
