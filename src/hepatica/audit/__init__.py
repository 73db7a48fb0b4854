"""What somebody else has published: its claims, whether they can all be true, and of whom."""
