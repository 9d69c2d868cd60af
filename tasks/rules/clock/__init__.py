"""The clock: working time, limits, due dates, pauses and the limit of reception."""
