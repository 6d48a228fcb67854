"""`python -m tests.matcher.relevance`: figures of pairs and of lists, ours beside the seed's, and what is wrong."""

from tests.matcher.relevance import lists, measuring


def main() -> None:
    """Print them."""
    judged = measuring.pairs()
    print(f"{len(judged)} pairs")
    for name, rule in (("ours", measuring.ours), ("the seed's", measuring.of_the_seed)):
        figures = measuring.measured(rule, judged)
        print(f"{name}: precision {figures.precision:.2f}, recall {figures.recall:.2f}")
        for pair in judged:
            if rule(pair.want, pair.offer) != pair.fits:
                print(f"  {'missed' if pair.fits else 'wrong'}: {pair.want}, {pair.offer}")
    print(f"\n{len(list(lists.wants()))} lists of suppliers")
    for name, lister in (("ours", lists.ours()), ("the seed's", lists.seeds())):
        found = lists.measured(lister)
        print(
            f"{name}: precision@10 {found.precision:.2f}, recall@10 {found.recall_shown:.2f}, recall {found.recall:.2f}"
        )


if __name__ == "__main__":
    main()
