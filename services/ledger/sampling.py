"""Which transfers a sample takes: by a rule that anybody can redo with SHA-256 and pencil. Pure.

The rule (the sampler of risk-limiting election audits, after R. Rivest): number the transfers that were proposed in the
period from 1 to N, in the order of the log. For k = 1, 2, 3 … take the SHA-256 of the text `seed,k` (UTF-8; k in
decimal) as a whole number, big end first; the remainder of its division by N, plus 1, is the number drawn. A number
that was drawn before is passed over. The first n numbers are the sample, in the order drawn.

In a shell: `printf '%s' 'seed,1' | sha256sum`.
"""

import hashlib


def draws(seed: str, total: int, wanted: int) -> list[tuple[int, int]]:
    """(k, number) of the first `wanted` different numbers from 1 to `total`, of all if there are fewer."""
    taken: dict[int, int] = {}
    turn = 0
    while len(taken) < min(wanted, total):
        turn += 1
        digest = hashlib.sha256(f"{seed},{turn}".encode()).digest()
        taken.setdefault(int.from_bytes(digest, "big") % total + 1, turn)
    return [(turn, number) for number, turn in taken.items()]
