"""Verdict: from the facts of a dossier and their readings to timeliness with its reasons."""
