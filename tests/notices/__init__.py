"""Notifications: what is told, what is folded, and services that fail, by apprise over real sockets."""
