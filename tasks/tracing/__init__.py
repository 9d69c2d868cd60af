"""Tracing: published figures made again, their changes explained, and each followed to its dossiers."""
