"""Parts of a pull: which windows to ask for, what to write down of them, whether to accept them. No step of its own."""
