"""The recipes: each flow reads as a table of contents of its run; whoever imports one logs masked from then on."""

from flows.runtime.logging_filter import install

install()
