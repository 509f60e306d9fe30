"""What a whole run writes, searched for the key and the secret that it was given."""
