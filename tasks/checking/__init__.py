"""Checking: which dossiers a check stage has to ask again."""
