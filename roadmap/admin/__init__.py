"""Django admin: the editors' workshop (curriculum, roadmaps, editions) and the operators' window (operations)."""

from . import curriculum, editions, operations, roadmaps

__all__ = ["curriculum", "editions", "operations", "roadmaps"]
