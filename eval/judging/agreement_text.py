"""Agreement of judges as Markdown."""

from eval.judging.agreement import AgreementReport
from eval.results.markdown import interval, number, signed, table

__all__ = ["agreement_markdown"]


def agreement_markdown(report: AgreementReport, *, most: int = 30) -> str:
    """The whole report; of the disagreements the `most` widest."""
    if not report.judges:
        return "Nobody has graded anything yet.\n"
    parts = [
        f"{report.n_pairs} pairs graded, {report.n_shared} of them by two or more of {len(report.judges)} judges.",
        table(
            ["judge", "grades", "0", "1", "2", "3"],
            [[judge, str(report.n_judgments[judge]), *map(str, report.grade_counts[judge])] for judge in report.judges],
        ),
    ]
    if report.kappas:
        parts.append("Each two judges, on the pairs that both graded (kappa with quadratic weights):")
        parts.append(
            table(
                ["judges", "pairs", "kappa", "95% interval over teams", "same grade", "within one", "mean difference"],
                [
                    [
                        " and ".join(item.judges),
                        str(item.n),
                        number(item.kappa),
                        interval(item.interval),
                        number(item.same),
                        number(item.within_one),
                        signed(item.shift),
                    ]
                    for item in report.kappas
                ],
            )
        )
        parts.append(
            f"Krippendorff's alpha of all judges: ordinal {number(report.alpha_ordinal)}"
            f" ({interval(report.alpha_ordinal_interval)}), interval {number(report.alpha_interval)}."
        )
    if report.disagreements:
        n = len(report.disagreements)
        parts.append(f"Disagreements, widest first ({min(n, most)} of {n}):")
        parts.append(
            table(
                ["team", "support", "grades"],
                [
                    [
                        item.assessment_id,
                        item.support_id,
                        ", ".join(f"{judge} {grade}" for judge, grade in item.grades.items()),
                    ]
                    for item in report.disagreements[:most]
                ],
            )
        )
    return "\n\n".join(parts) + "\n"
