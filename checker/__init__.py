"""Checks an addon of the Open Task Framework against the guide's checklist and the contract."""
