"""Migrations of the warehouse: fixed steps, each written once and unchanged after its release."""
