"""How well tags are matched, by pairs that were judged by hand."""
