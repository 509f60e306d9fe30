"""The whole bot on disks that are full, read-only or hold what they shouldn't."""
