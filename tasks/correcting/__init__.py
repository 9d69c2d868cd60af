"""Correcting: files of proposals, and the withdrawal of corrections."""
