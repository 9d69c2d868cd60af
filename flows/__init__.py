"""Flows: each reads as a table of contents of its run.

Whoever imports one logs masked from then on.
"""

from flows.runtime.logging_filter import install

install()
