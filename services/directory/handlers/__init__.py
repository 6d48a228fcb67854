"""The directory's use cases: load, decide, save. One function each."""
