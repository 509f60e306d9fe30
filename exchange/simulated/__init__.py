"""The ports of exchange/ports.py over the venue's pure core, in virtual time, with faults on the way."""
