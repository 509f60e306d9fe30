"""What people see: a model fed by messages, and pure renderings of it for screens, logs and files."""
