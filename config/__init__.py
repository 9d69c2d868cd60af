"""Configuration that an office may change: settings, sources, dated law, policies.

It imports nothing of ours.
"""
