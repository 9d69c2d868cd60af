"""Retention: landing files whose time is over are purged, by the office's rule."""
