"""Loading: from landed pages to cleaned rows in the warehouse, through the gates."""
