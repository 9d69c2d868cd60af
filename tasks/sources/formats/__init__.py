"""Formats of records: what each profile names its fields, and how its records are parsed."""
