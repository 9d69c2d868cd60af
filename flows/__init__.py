"""The recipes: each flow reads as a table of contents of its run."""
