"""How fast, and how safely, the server answers webhooks; run by `make bench`."""
