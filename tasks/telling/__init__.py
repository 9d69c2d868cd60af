"""Telling: events of the outbox put into messages and delivered to whoever subscribes to them."""
