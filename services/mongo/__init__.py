"""What every service with an outbox in MongoDB needs: who leads, and events in one gapless order. No business words.

Not a part of the chassis, which knows no driver and has a cap (docs/adr/0016).
"""
