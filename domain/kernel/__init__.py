"""One kernel for every context: deciders, transitions, the store's port, money, ids, times."""
