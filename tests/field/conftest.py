"""Cases from the field are tried on the same made-up system as the adapters."""

from tests.sources.conftest import desk, source_of

__all__ = ["desk", "source_of"]
