"""What an office may change: settings, sources, dated law, policies. Imports nothing of ours."""
