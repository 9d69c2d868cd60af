"""Runtime of a step: its result, its errors, its slots at sources and hosts."""
