"""What services share of MongoDB: who leads, events in one gapless order, lists that go on. No business words.

Not a part of the chassis, which knows no driver and has a cap (docs/adr/0016).
"""
