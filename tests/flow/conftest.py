"""Flows are tested on real parts: a server, a warehouse and a province for each worker of the test run."""

from tests.flow.installation import installation, province, server
from tests.flow.refreshed import refreshed

__all__ = ["installation", "province", "refreshed", "server"]
