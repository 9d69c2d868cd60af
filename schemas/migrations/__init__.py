"""The warehouse's tables over time: static steps, each written once and never changed after a release."""
