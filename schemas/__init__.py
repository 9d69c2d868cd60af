"""Schemas: every table and field declared once, everything else derived from it."""
