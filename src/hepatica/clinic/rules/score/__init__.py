"""Clinical scores: one SQL rule each, and the catalogue of what they need and give."""
