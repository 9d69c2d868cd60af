"""Matrix of faults: each row makes one kind of fault many times, from a seed, and counts what came of it."""
