"""What people do with a study: open, check, report, explain."""
