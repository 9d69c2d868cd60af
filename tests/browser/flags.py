"""Flags of the browser in tests: without the errands of its own that a browser runs; what a page asks for is not held back."""

from __future__ import annotations

BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NOBODY = "http://127.0.0.1:9/"
"""A port of this machine at which nobody listens."""
ERRANDS = (
    "--disable-extensions",  # their updates
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    # What time it is, what the fields of a page are for, which pages are slow, who may ask a machine, whether its search answers:
    # asked of the browser's maker.
    "--disable-features=NetworkTimeServiceQuerying,AutofillServerCommunication,OptimizationHints,MediaRouter,"
    "AimEnabled,AimServerEligibilityEnabled,AimServerRequestOnStartupEnabled,AimServerRequestOnIdentityChangeEnabled,"
    "PreconnectToSearch,SearchEnginePreconnect2,PreconnectFromKeyedService",
    f"--component-updater=url-source={NOBODY}",  # no flag stops it from fetching what it wants at once
    f"--gaia-url={NOBODY}",  # who is signed in at its maker: asked where there is a network
    f"--gcm-checkin-url={NOBODY}",  # its maker's messages for this browser
    f"--gcm-registration-url={NOBODY}",
)
"""What Chromium asks for without being asked, whatever page is open, and the flags above leave on."""
