"""Published page: its data, its charts, and the file that holds them."""
