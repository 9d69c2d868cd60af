"""A made-up province with the truth known. An outside world: the product never imports it."""
