"""Persons: what is held about one of them, handed out or erased on request."""
