"""Change against measurement error, and what two scans must share before they are compared."""
