"""Sources over HTTP: transport, paging and the protocols of lists."""
