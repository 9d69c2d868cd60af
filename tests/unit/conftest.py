"""Properties are about results: on a busy machine a first call may take long, which says nothing about them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
