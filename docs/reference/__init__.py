"""Pages that are written from the code: each lies beside the module that writes it."""
