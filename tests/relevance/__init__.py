"""How good the search is: a corpus, queries with graded answers, and nDCG (README.md)."""
