"""The graph of operations: what it holds, what it means, its derivatives and its rewriting."""
