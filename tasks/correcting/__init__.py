"""Correcting: proposals as files, and corrections taken back."""
