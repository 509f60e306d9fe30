"""The whole bot in virtual time: real actors, a seeded scheduler, the venue's pure core, and faults."""
