"""The program that prints on the machine where a printer hangs."""
