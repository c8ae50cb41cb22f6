"""What runs where: `make test` gives each engine a part of what is tried, `make soak` both of them the whole.

Three rules, in this order, all of them in this file:

1. What is named in `LEFT_TO_SOAK` takes seconds and has a smaller sibling in `make test`, named beside it.
2. Of a long table that tries one mechanism row by row, `ONE_IN` says how many rows SQLite and PostgreSQL get. They are
   not the same rows: of a table of which each gets one in two, every row is run on one of them.
3. Whatever else runs on both engines runs whole on SQLite. What it tries is the program's and the same on both, so
   PostgreSQL gets one test in eight and of a table one row in twenty, but all of the modules of `WHOLE_ON_BOTH`, which
   try what the databases do differently: triggers, locks, types, plans of SELECTs, copies and what lies on the disk.

That the databases do the same is shown beside that by random sequences that are compared on both (`test_model.py`), by
the combinations of facts (`test_lattice.py`) and by months whose workbooks are compared byte by byte.

The first and the third rule hold for a whole run; a module or a test that is asked for by its name is run on both.
"""

import os
from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

# `make soak` leaves nothing out.
SOAK = bool(os.environ.get("SEISAN_SOAK"))

# Each with what stands for it in `make test`.
LEFT_TO_SOAK = {
    "test_wheel.test_month_from_the_wheel_in_an_empty_folder": "what is in the wheel is compared; `make wheel` runs it",
    "test_manual_postgresql.test_page_can_be_typed_from_top_to_bottom": "test_roles, test_backup, test_upgrading",
    "test_map.test_certificate_with_a_fee_of_its_own_goes_straight_down": "test_map: a notice",
    "test_map.test_fact_and_the_kind_of_file_that_brings_it_go_straight_down": "test_map: a notice",
    "test_map.test_fee_takes_its_file_and_a_case": "test_map: a notice",
    "test_map_exports.test_column_and_list_take_their_line_and_the_reference": "test_map_exports: a layout",
    "test_map_exports.test_column_of_a_statement_takes_its_line_and_the_golden_files": "test_map_exports: a layout",
    "test_map_exports.test_event_refusal_and_commands_take_their_lines": "test_map_exports: a layout",
    "test_map_exports.test_layout_of_a_payment_file_takes_its_file_and_its_name": "test_map_exports: a format",
    "test_lattice.test_missing_names_what_could_still_change_the_verdict": "what is missing is compared by the lattice",
    "test_cli.test_both_names_of_the_program_are_one": "the wheel's names are compared",
    "test_mutants.test_every_mutant_of_a_notice_is_told_by_a_case": "`make mutants`, and the cases themselves",
    "test_crashes_setup.test_killed_in_the_middle_a_demo_is_played_to_its_end": "each of its commands in test_crashes",
    "test_crashes_setup.test_killed_while_books_of_any_version_are_upgraded_they_are_of_the_old_or_the_new": "full",
    "test_crashes_setup.test_killed_while_they_are_restored_the_books_are_the_old_or_the_new": "a backup killed",
    "test_read_only.test_copy_is_read_and_verified_and_not_written": "test_read_only: books written meanwhile",
    "test_windows.test_month_of_files_books_and_workbooks": "test_windows: the parts",
}

_SET_ASIDE = (
    "test_money_set_aside.test_a_correction_is_posted_when_the_money_is_back_and_on_no_day_is_anything_below_zero"
)

# Those that try less of something in `make test` than in `make soak`, each with what stands for the rest of it.
SMALLER = {
    "test_calendar.test_letters_and_reminders_have_days_of_one_calendar": "each third file is verified; each is read",
    "test_chain.test_every_row_deleted_is_named": "four rows of each table",
    "test_crashes.test_killed_at_every_point_it_is_done_once": "at six points; the others in test_crashes",
    "test_exports.test_any_text_makes_a_sound_workbook": "25 texts; test_attacks: texts that attack, by every writer",
    "test_guards.test_whatever_is_none_of_our_rules_is_named": "`verify` names the rules that are gone, asked by turns",
    "test_insider.test_what_is_planted_is_refused_or_named": "commands go on: one after each attack, by turns",
    "test_intake_fuzz.test_no_change_of_its_bytes_makes_a_file_anything_but_read_or_refused": "400 changes each",
    "test_permissions.test_list_changes_by_two_and_nobody_is_locked_out": "verified in the middle and at the end",
    "test_places.test_files_are_their_owners_alone_or_read_by_whom_the_mask_lets": "by one mask half of the files",
    "test_races.test_no_fee_goes_back_twice": "12 clients; test_races_of_two: each pair of commands",
}

# Of each table, by module and test: SQLite gets one row in so many, and PostgreSQL.
ONE_IN = {
    # each column of each table is changed (of all of them it is tried whether they are sealed); each table's rows are
    # deleted, put in and exchanged
    "test_chain.test_changed_column_is_named_at_its_row": (16, 27),
    "test_chain.test_every_row_deleted_is_named": (3, 9),
    "test_chain.test_plausible_row_put_in_is_named": (3, 9),
    "test_chain.test_rows_that_change_places_are_named": (2, 8),
    # each table, each number that is not the next: on PostgreSQL it is one function that refuses
    "test_database.test_no_number_but_the_next": (1, 3),
    # each command that writes
    "test_crashes.test_killed_anywhere_it_is_done_once": (9, 27),
    "test_crashes.test_killed_anywhere_another_way_of_a_command_is_done_once": (5, 15),
    "test_idempotency.test_a_dry_run_answers_as_the_real_one_and_leaves_the_books_alone": (2, 8),
    "test_idempotency.test_typed_again_it_is_done_once": (2, 8),
    "test_idempotency.test_under_its_key_it_answers_the_same": (2, 8),
    "test_idempotency.test_what_writes_nothing_takes_no_key": (2, 8),
    "test_permissions.test_command_asks_for_somebody_who_may": (3, 9),
    "test_roles.test_a_role_does_what_it_may": (1, 2),
    "test_interrupts.test_an_import_that_is_stopped_says_what_has_become_of_it": (1, 3),
    "test_races_of_two.test_of_two_at_once_one_is_first_and_the_other_is_told_so": (2, 2),
    # each operation in each state
    "test_closing.test_each_operation_in_each_state_of_the_month": (3, 12),
    "test_refund_states.test_in_every_state_every_command_is_done_or_refused": (3, 9),
    "test_left_of_deposits.test_of_a_deposit_more_is_not_returned_than_is_left_beyond_what_is_due": (3, 12),
    # each line of a bill, each way in which it comes
    "test_bills.test_lines_are_cleared_compared_waived_and_paid": (3, 12),
    "test_bills.test_each_line_of_a_bill_is_reconciled": (1, 12),
    # each thing that went to a former member, or that is said of a deposit
    "test_owners.test_what_went_to_the_former_member_stands_against_it": (2, 8),
    "test_allocation.test_the_books_follow_what_is_said_of_a_deposit": (1, 12),
    # each state in which money is set aside, each correction; each spelling of a number, each way to sign with nothing
    "test_money_set_aside.test_a_correction_is_posted_when_the_money_is_back_and_on_no_day_is_anything_below_zero": (
        2,
        8,
    ),
    "test_numbers.test_another_spelling_in_a_file_is_no_other_number": (2, 8),
    "test_numbers.test_another_spelling_on_the_command_line_is_no_other_number": (2, 8),
    "test_who_signs.test_nobody_signs_anything": (1, 6),
    "test_verify.test_refund_or_credit_out_of_its_course_is_named": (2, 4),
    # each refusal that the program gives by itself; those of a database have tests of their own
    "test_refusals.test_command_is_refused": (2, 8),
    "test_refusals.test_what_is_looked_at_first_is_said_first": (2, 8),
    "test_instead.test_following_an_advice_never_leads_back_to_where_it_was_given": (2, 8),
    "test_slips.test_a_slip_is_refused": (1, 6),
    # each number that looks like another, each filter of each list, each thing to do, each command on one thing
    "test_numbers.test_number_that_lost_its_noughts_or_hyphens_is_asked_about": (2, 8),
    "test_filters.test_filter_leaves_the_rows_that_are_meant_and_no_other": (2, 8),
    "test_todo.test_what_came_up_is_named_as_closing_names_it": (2, 8),
    "test_next_steps.test_a_command_ends_with_what_is_typed_next": (2, 8),
    "test_lookups.test_a_command_on_one_thing_reads_no_table_from_end_to_end": (2, 4),
    "test_cli.test_every_example_can_be_typed": (2, 8),
    "test_reports.test_new_column_is_everywhere_at_once": (2, 8),
    # each sequence that once found something
    "test_model.test_kept_sequence_answers_as_ever": (4, 4),
    # each answer in each encoding, at each width
    "test_screen.test_every_kind_of_answer_can_be_read_in_every_encoding": (3, 3),
    "test_screen.test_no_line_of_any_answer_is_longer_than_the_terminal": (2, 2),
    "test_cli.test_help_is_a_page_with_a_sentence_and_examples": (3, 3),
    # each month of the walkthrough, each control, each program that saved the demo's files again
    "test_walkthrough.test_the_transcript_is_what_happens": (1, 6),
    "test_statements.test_controls_notice_what_was_changed_around_the_triggers": (3, 9),
    "test_saved_again.test_month_that_was_saved_again_gives_the_same_books": (2, 4),
    # each thing that becomes of a file that was handed out, while the books move on or do not; each name that attacks
    "test_versions.test_file_that_comes_back_is_told_from_books_that_moved_on": (2, 7),
    "test_attacks.test_what_was_typed_is_quoted_in_a_line": (3, 3),
    # workbooks, which are written from rows that both databases give alike
    "test_handed_out.test_what_nobody_changed_agrees": (4, 20),
    "test_handed_out.test_every_cell_is_named_when_every_cell_is_changed": (3, 12),
    "test_handed_out.test_what_was_done_to_one_cell_is_said": (3, 12),
    "test_handed_out.test_what_was_done_to_a_sheet_is_said_once": (3, 12),
    "test_handed_out.test_mark_that_was_changed_is_found_out": (3, 12),
    "test_handed_out.test_mark_that_names_no_statement_is_refused": (3, 12),
    "test_handed_out.test_mark_that_cannot_be_read_is_none": (3, 12),
    "test_handed_out.test_file_that_is_none_of_ours_is_refused": (3, 12),
    "test_written.test_file_that_somebody_changed_is_not_written_over": (2, 2),
}

# Of each family of combinations of facts each engine is asked one in so many.
COMBINATIONS = {"sqlite": 1, "postgresql": 1} if SOAK else {"sqlite": 8, "postgresql": 24}

WHOLE_ON_BOTH = {
    *("test_backup", "test_chain", "test_connecting", "test_crashes", "test_crashes_setup", "test_database"),
    *(
        "test_environment",
        "test_files_and_databases",
        "test_guards",
        "test_insider",
        "test_interrupts",
        "test_large",
        "test_lookups",
        "test_migrations",
        "test_move",
        "test_spread",  # what it asks of each engine is no question to a database
    ),
    *("test_other_programs", "test_races", "test_races_of_two", "test_unreadable", "test_upgrading", "test_verify"),
}
TESTS, ROWS = 8, 20


def left_to_soak(test: str) -> bool:
    """Whether a whole run leaves a test, named as in `LEFT_TO_SOAK`, to `make soak`."""
    return not SOAK and test in LEFT_TO_SOAK


def is_run(test: str, engine: str, row: int, rows: int, *, whole: bool) -> bool:
    """Whether an engine gets the row of that place in a table of so many; tables that are alike are not spread alike.

    `whole`: the run is not of tests that were asked for by their names.
    """
    if SOAK or (rows == 1 and not whole):
        return True
    at = row + crc32(test.encode()) + (engine == "postgresql")  # PostgreSQL gets rows that SQLite does not
    if test in ONE_IN:
        on_sqlite, on_postgresql = ONE_IN[test]
        of = on_postgresql if engine == "postgresql" else on_sqlite
        return (rows < of and row == 0) or at % of == 0
    if engine != "postgresql" or not whole or test.partition(".")[0] in WHOLE_ON_BOTH:
        return True
    return crc32(test.encode()) % TESTS == 0 if rows == 1 else (rows < ROWS and row == 0) or at % ROWS == 0


def by_turns(tried: Sequence[T], row: int) -> Sequence[T]:
    """Of what each row of a table tries beside what it is about, one by turns: another row tries the next."""
    return tried if SOAK else (tried[row % len(tried)],)
