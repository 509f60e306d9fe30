"""The vocabulary: what the rooms of the bot say to each other.

Everything here is a frozen, slotted, keyword-only dataclass or an enumeration. Money, prices and
quantities are ``Decimal``; times are integers in UTC milliseconds unless the name says otherwise.
"""
