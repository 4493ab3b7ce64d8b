"""Typed function views: fetch, validate, one action, answer."""
