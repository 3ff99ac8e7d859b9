"""How paper looks: cells, pens, drawings, codes, and the printer's bytes there and back."""
