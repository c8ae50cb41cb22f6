"""What people are told, one file each: every list as a report, and the statements that are put together from them."""

from exports.reports import (
    account_list,
    applications,
    balance,
    bank,
    bill,
    books_act,
    check,
    decisions,
    deposits,
    due,
    entries,
    found,
    impact,
    imports,
    issued_list,
    journal_exports,
    match,
    members,
    months,
    outdated,
    payee_list,
    people_list,
    receipts,
    refusals,
    rulings,
    settings,
    settlements,
    slips,
    todo,
    waiver_claims,
)
from exports.reports.report import Report

# Every list that can be written to a file, by the name of its command, in the order of the month.
REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        *(todo.REPORT, found.REPORT, members.REPORT, applications.REPORT, deposits.REPORT),
        *(imports.REPORT, match.REPORT, due.REPORT, check.REPORT, decisions.REPORT, outdated.REPORT, rulings.REPORT),
        *(
            settlements.REFUNDS,
            settlements.OVERPAID,
            settlements.CREDITS,
            bill.REPORT,
            waiver_claims.REPORT,
            bank.REPORT,
            balance.REPORT,
            entries.REPORT,
        ),
        *(
            slips.REPORT,
            refusals.REPORT,
            months.REPORT,
            issued_list.REPORT,
            impact.REPORT,
            account_list.REPORT,
            payee_list.REPORT,
            settings.REPORT,
            people_list.REPORT,
            books_act.REPORT,
            journal_exports.REPORT,
            receipts.REPORT,
        ),
    )
}
