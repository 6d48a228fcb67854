"""Tests of how the system is deployed."""
