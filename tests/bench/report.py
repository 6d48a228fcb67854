"""Tables in Markdown: medians over rounds; a ratio is the median of the rounds' ratios, since rounds differ more."""

from collections.abc import Sequence
from statistics import median
from typing import Any

Run = dict[str, Any]


def ratio(ours: Sequence[Run], others: Sequence[Run], key: str) -> float:
    """How many times the others' figure ours is, round by round."""
    return median(one[key] / other[key] if other[key] else 0.0 for one, other in zip(ours, others, strict=True))


def work(ours: Sequence[Run], others: Sequence[Run]) -> float:
    """How many times less CPU a pair or command of ours takes; it doesn't move when the machine is busy elsewhere."""
    return median(
        (other["all"] * other["calls"] / other["done"]) / (one["all"] * one["calls"] / one["done"])
        for one, other in zip(ours, others, strict=True)
    )


def table(rows: Sequence[tuple[str, Sequence[Run]]], unit: str) -> None:
    """One line a server: what it did, how long a call took, and which process used the CPU."""
    names = ["p50", "p95", "p99", "workers", "committer", "postgres", "client", "all"]
    heads = [
        "",
        f"{unit}/s",
        "calls/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "worker",
        "committer",
        "postgres",
        "client",
        "all",
    ]
    print(f"| {' | '.join(heads)} | each worker's CPU | refused, failed |\n|{'---|' * (len(heads) + 2)}")
    for name, runs in rows:
        rates = [f"{median(run[key] for run in runs):.0f}" for key in ("done", "calls")]
        figures = [f"{median(run[key] for run in runs):.2f}" for key in names]
        print(f"| {name} | {' | '.join(rates + figures)} | {_shares(runs)} | {_failures(runs)} |")
    for name, runs in rows:
        for sample in {run["sample"] for run in runs if run["sample"]}:
            print(f"\n{name}: {sample}")


def _shares(runs: Sequence[Run]) -> str:
    """How busy each worker was: a worker without work means that connections were spread badly."""
    newest = runs[-1]
    return ", ".join(f"{used / newest['seconds'] * 100:.0f} %" for used in newest["each_worker"])


def _failures(runs: Sequence[Run]) -> str:
    refused = sum(run["statuses"].get("422", 0) for run in runs)
    failed = sum(count for run in runs for status, count in run["statuses"].items() if status not in ("200", "422"))
    return f"{refused}, {failed}"


def figure(name: str, value: float, floor: str, aim: str, shape: str = "{:.2f}×", cpu: float | None = None) -> None:
    """One line of the summary."""
    by_cpu = f"{cpu:.2f}×" if cpu else ""
    print(f"| {name} | **{shape.format(value)}** | {by_cpu} | {floor} | {aim} |")
