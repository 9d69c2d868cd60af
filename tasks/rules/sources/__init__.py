"""Sources as a whole: changes of schema, clocks that are off, unusual days, differences, root causes."""
