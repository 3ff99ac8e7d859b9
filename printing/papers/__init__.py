"""What is on each paper: slip, checklist, test page and the others, one module a kind."""
