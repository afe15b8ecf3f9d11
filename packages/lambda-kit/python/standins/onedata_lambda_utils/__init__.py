"""Stand-in for the library that Onedata handlers are written against (lambdas §9.2)."""
