"""What runs where: of a long table that tries one mechanism, PostgreSQL gets a spread, and `make soak` the whole.

SQLite is asked every row of every table in each run, PostgreSQL every row of all that is not named here. What a row
tries is the program's and the same on both; that the databases do the same is shown by the rows of the spread, by the
random sequences that are compared on both, and by every test of a trigger, of a role or of a statement of SQL, of which
none is named here.
"""

import os
from zlib import crc32

# `make soak` leaves nothing to the spread.
SOAK = bool(os.environ.get("SEISAN_SOAK"))

# Of each table, by module and test: PostgreSQL gets one row in so many.
ONE_IN = {
    # each column of each table is changed; each table's rows are deleted, put in and exchanged on both
    "test_chain.test_changed_column_is_named_at_its_row": 5,
    # each command that writes
    "test_crashes.test_killed_anywhere_it_is_done_once": 6,
    "test_idempotency.test_a_dry_run_answers_as_the_real_one_and_leaves_the_books_alone": 4,
    "test_idempotency.test_typed_again_it_is_done_once": 4,
    "test_idempotency.test_under_its_key_it_answers_the_same": 4,
    "test_idempotency.test_what_writes_nothing_takes_no_key": 4,
    "test_permissions.test_command_asks_for_somebody_who_may": 4,
    # each operation in each state
    "test_closing.test_each_operation_in_each_state_of_the_month": 4,
    "test_refund_states.test_in_every_state_every_command_is_done_or_refused": 3,
    # each line of a bill, each way in which it comes
    "test_bills.test_lines_are_cleared_compared_waived_and_paid": 4,
    "test_bills.test_each_line_of_a_bill_is_reconciled": 3,
    # each thing that went to a former member, or that is said of a deposit
    "test_owners.test_what_went_to_the_former_member_stands_against_it": 4,
    "test_allocation.test_the_books_follow_what_is_said_of_a_deposit": 3,
    # each state in which money is set aside, each correction; each spelling of a number, each way to sign with nothing
    "test_money_set_aside.test_a_correction_is_posted_when_the_money_is_back_and_on_no_day_is_anything_below_zero": 4,
    "test_numbers.test_another_spelling_in_a_file_is_no_other_number": 4,
    "test_numbers.test_another_spelling_on_the_command_line_is_no_other_number": 4,
    "test_who_signs.test_nobody_signs_anything": 4,
    "test_verify.test_refund_or_credit_out_of_its_course_is_named": 3,
    # each refusal that the program gives by itself; those of a database have tests of their own
    "test_refusals.test_command_is_refused": 3,
    "test_refusals.test_what_is_looked_at_first_is_said_first": 3,
    "test_slips.test_a_slip_is_refused": 3,
    # each month of the walkthrough, each control
    "test_walkthrough.test_the_transcript_is_what_happens": 2,
    "test_statements.test_controls_notice_what_was_changed_around_the_triggers": 3,
    # workbooks, which are written from rows that both databases give alike
    "test_handed_out.test_what_nobody_changed_agrees": 4,
    "test_handed_out.test_every_cell_is_named_when_every_cell_is_changed": 4,
    "test_handed_out.test_what_was_done_to_one_cell_is_said": 4,
    "test_handed_out.test_what_was_done_to_a_sheet_is_said_once": 4,
    "test_handed_out.test_mark_that_was_changed_is_found_out": 4,
    "test_handed_out.test_mark_that_names_no_statement_is_refused": 4,
    "test_handed_out.test_mark_that_cannot_be_read_is_none": 4,
    "test_handed_out.test_file_that_is_none_of_ours_is_refused": 4,
}


# Of each family of combinations of facts PostgreSQL is asked one in so many.
COMBINATIONS = 1 if SOAK else 4


def one_in(test: str) -> int:
    """Of how many rows of a table, named as in `ONE_IN`, PostgreSQL gets one."""
    return 1 if SOAK else ONE_IN.get(test, 1)


def falls_to_postgresql(test: str, row: int) -> bool:
    """Whether PostgreSQL gets the row of that place in a table; tables that are alike are not spread alike."""
    of = one_in(test)
    return row % of == crc32(test.encode()) % of
