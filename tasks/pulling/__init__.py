"""Parts of a pull: windows to ask for, the log of it, and whether to accept what came."""
