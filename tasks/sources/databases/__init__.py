"""Sources in databases: connections, positions, values and child tables."""
