"""The command line: one function a command; each imports what it needs when it runs."""

from hepatica.cli.main import main

__all__ = ["main"]
