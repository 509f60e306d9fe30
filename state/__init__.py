"""What the bot knows, how it changes, how it is kept: a pure core without clock, threads or I/O."""
