"""Sources as a whole: schema changes, clock faults, unusual days, differences, root causes."""
