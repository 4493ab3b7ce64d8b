"""The weekly mail: `planner` says who is owed one, `compose` writes it, `sender` sends it, `ledger` remembers."""
