"""Known faults, put back into copies of the running system one by one: the simulation must catch each."""
