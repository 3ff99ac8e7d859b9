"""Paper: a ticket becomes bytes, and bytes reach a printer; knows no web page and no queue rule."""
