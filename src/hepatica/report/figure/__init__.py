"""Figures: plain rows in, a `Drawing` (SVG, PNG, data, alt text, caption) out. Agg, no pyplot."""
