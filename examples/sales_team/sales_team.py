"""The sales team's questions in Python: sales_team.py STORE [--json].

Reads a store that the C++ example has filled. With --json it prints the same answers as the C++
and the C example, byte by byte; without, a short report.
"""

from __future__ import annotations

import argparse
from typing import Any

import crmkit


def biggest_customer(crm: crmkit.Crm) -> crmkit.Account | None:
    """The account that the most was sold to; None when there are no accounts."""
    won = "sum(opportunities.actual_value where state = 'won')"
    return crm.accounts.where().order_by(f"{won} desc").first()


def ask(crm: crmkit.Crm) -> dict[str, Any]:
    """Every answer by its name."""
    customer = biggest_customer(crm)
    answers: dict[str, Any] = {
        "cycle": crm.sales.sales_cycle(),
        "forecast": crm.sales.weighted_forecast(period="quarter", by="manager"),
        "pipeline": crm.sales.pipeline_by_stage(),
        "win_rate": crm.sales.win_rate(),
        "won_value": crm.sales.won_value(),
    }
    groups = {"agent": "owner", "manager": "manager", "product": "product", "quarter": "quarter"}
    for name, by in groups.items():
        answers[f"win_rate_by_{name}"] = crm.sales.win_rate(by=by)
        answers[f"won_value_by_{name}"] = crm.sales.won_value(by=by)
    if customer is not None:
        answers["biggest_customer"] = crm.customer_360(customer, limit=5)
    return answers


def to_json(answers: dict[str, Any]) -> str:
    """One document with its keys in alphabetical order."""
    lines = [f'"{name}": {answers[name].to_json()}' for name in sorted(answers)]
    return "{\n" + ",\n".join(lines) + "\n}"


def report(answers: dict[str, Any]) -> None:
    """Results are objects with attributes; money is exact and prints with its currency."""
    rate = answers["win_rate"]
    print(f"{rate.won:,} won, {rate.lost:,} lost: win rate {rate.rate:.1%}")
    for row in answers["cycle"].rows:
        print(f"{row.state} after {row.mean_days:.3f} days on average")
    for row in answers["won_value_by_manager"].rows:
        value = "without value" if row.value is None else f"{row.value:,}"
        print(f"{row.group:<24} {value:>20}")
    if "biggest_customer" in answers:
        print(f"The biggest customer is {answers['biggest_customer'].name}")


def main() -> None:
    """Reads the command line and answers."""
    parser = argparse.ArgumentParser(description="Answers of a sales team's store.")
    parser.add_argument("store", help="the file that the C++ example has filled")
    parser.add_argument("--json", action="store_true", help="print every answer as JSON")
    arguments = parser.parse_args()
    with crmkit.open(arguments.store, read_only=True) as crm:
        with crm.read_transaction():  # one state of the store for all questions
            answers = ask(crm)
        if arguments.json:
            print(to_json(answers))
        else:
            report(answers)


if __name__ == "__main__":
    main()
