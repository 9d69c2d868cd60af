"""Adapters behind one protocol, and the profiles that name the fields.

No module here knows Prefect.
"""
