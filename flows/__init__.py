"""Flows: each reads as a table of contents of its run.

Whoever imports one logs masked from then on.
"""

import gc

from flows.runtime.logging_filter import install

# By default Python looks for circles among its objects whenever 700 more were made, hundreds of times while libraries are
# imported: a fifth of the processor's time of that. Runs are short, and frames are freed without it.
gc.set_threshold(50_000)
install()
