"""The service: what systemd says about the unit, what it hears from the process, and what it lets it do."""
