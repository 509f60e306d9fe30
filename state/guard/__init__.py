"""The account's guard: rules over its money, its streams and its closes (strategy, section 12). Pure."""
