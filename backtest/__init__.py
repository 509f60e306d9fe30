"""Research beside the bot: nothing here is imported by it."""
