"""Journeys through the gateway alone: what people and programs see. No service code is imported here."""
