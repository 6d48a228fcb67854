"""Tests of the whole system; each folder holds those of one part. Nothing imports them."""
