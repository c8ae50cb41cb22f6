"""The first books: what came in, what was decided, what was posted."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table of the first version."""
    op.create_table(
        "account",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ja", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('asset', 'liability', 'revenue', 'expense')", name=op.f("ck_account_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_account")),
    )
    op.create_table(
        "batch",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_batch")),
    )
    op.create_table(
        "entry",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("for_day", sa.Date(), nullable=True),
        sa.CheckConstraint("no >= 1", name=op.f("ck_entry_no")),
        sa.CheckConstraint("reverses IS NULL OR reason IS NOT NULL", name=op.f("ck_entry_reason")),
        sa.CheckConstraint("reverses IS NULL OR reverses < no", name=op.f("ck_entry_reverses")),
        sa.ForeignKeyConstraint(["reverses"], ["entry.no"], name=op.f("fk_entry_reverses_entry")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_entry_key")),
        sa.UniqueConstraint("reverses", name=op.f("uq_entry_reverses")),
    )
    op.create_index(op.f("ix_entry_happened_on_no"), "entry", ["happened_on", "no"], unique=False)
    op.create_table(
        "month_step",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("accepted", sa.String(), nullable=True),
        sa.Column("bank_yen", sa.Integer(), nullable=True),
        sa.Column("head", sa.String(), nullable=True),
        sa.CheckConstraint("state = 'closed' OR reason IS NOT NULL", name=op.f("ck_month_step_reason")),
        sa.CheckConstraint("state = 'reopened' OR closed_to IS NOT NULL", name=op.f("ck_month_step_closed_to")),
        sa.CheckConstraint("state IN ('closed', 'reopened')", name=op.f("ck_month_step_state")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_month_step")),
    )
    op.create_table(
        "refused",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_refused")),
    )
    op.create_table(
        "request",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_request")),
    )
    op.create_table(
        "source",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("sha256", name=op.f("uq_source_sha256")),
    )
    op.create_table(
        "bill_known",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bill", sa.String(), nullable=False),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("nth >= 1", name=op.f("ck_bill_known_nth")),
        sa.CheckConstraint("yen <> 0", name=op.f("ck_bill_known_yen")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_bill_known_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_known")),
    )
    op.create_index(op.f("ix_bill_known_application"), "bill_known", ["application"], unique=False)
    op.create_index(
        op.f("ix_bill_known_bill_application_nth_known_on_id"),
        "bill_known",
        ["bill", "application", "nth", "known_on", "id"],
        unique=False,
    )
    op.create_table(
        "deposit",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_deposit_source_source")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_deposit")),
    )
    op.create_table(
        "fee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("applies_to", sa.Date(), nullable=True),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("tax_percent", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.CheckConstraint("applies_to IS NULL OR applies_to >= applies_from", name=op.f("ck_fee_span")),
        sa.CheckConstraint("tax_percent BETWEEN 0 AND 99", name=op.f("ck_fee_tax_percent")),
        sa.CheckConstraint("yen > 0", name=op.f("ck_fee_yen")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_fee_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee")),
    )
    op.create_index(op.f("ix_fee_applies_from_known_on_id"), "fee", ["applies_from", "known_on", "id"], unique=False)
    op.create_table(
        "member",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_member_source_source")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_member")),
    )
    op.create_table(
        "seal",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.no"], name=op.f("fk_seal_batch_batch")),
        sa.PrimaryKeyConstraint("batch", "nth", name=op.f("pk_seal")),
    )
    op.create_index(op.f("ix_seal_of_key"), "seal", ["of", "key"], unique=False)
    op.create_table(
        "application",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_application_member_member")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_application_source_source")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_member"), "application", ["member"], unique=False)
    op.create_table(
        "looked",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_looked_member_member")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_looked")),
    )
    op.create_table(
        "member_known",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kana", sa.String(), nullable=True),
        sa.Column("association", sa.String(), nullable=False),
        sa.Column("deregistered_on", sa.Date(), nullable=True),
        sa.Column("deregistered_reason", sa.String(), nullable=True),
        sa.Column("bank", sa.String(), nullable=True),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("account_type", sa.String(), nullable=True),
        sa.Column("account_number", sa.String(), nullable=True),
        sa.Column("account_name", sa.String(), nullable=True),
        sa.CheckConstraint(
            "account_type IS NULL OR account_type IN ('1', '2', '4', '9')", name=op.f("ck_member_known_account_type")
        ),
        sa.CheckConstraint(
            "association IN ('札幌', '函館', '旭川', '釧路', '青森', '岩手', '宮城', '秋田', '山形', '福島', '茨城', '栃木', '群馬', '埼玉', '千葉', '東京', '神奈川', '新潟', '富山', '石川', '福井', '山梨', '長野', '岐阜', '静岡', '愛知', '三重', '滋賀', '京都', '大阪', '兵庫', '奈良', '和歌山', '鳥取', '島根', '岡山', '広島', '山口', '徳島', '香川', '愛媛', '高知', '福岡', '佐賀', '長崎', '熊本', '大分', '宮崎', '鹿児島', '沖縄')",
            name=op.f("ck_member_known_association"),
        ),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_known_member_member")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_member_known_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_known")),
    )
    op.create_index(
        op.f("ix_member_known_member_known_on_id"), "member_known", ["member", "known_on", "id"], unique=False
    )
    op.create_table(
        "account_approval",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("member_known", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_known"], ["member_known.id"], name=op.f("fk_account_approval_member_known_member_known")
        ),
        sa.PrimaryKeyConstraint("member_known", name=op.f("pk_account_approval")),
    )
    op.create_table(
        "decision",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("notice", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("refundable", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome <> 'eligible' OR refundable > 0", name=op.f("ck_decision_refundable")),
        sa.CheckConstraint("outcome = 'eligible' OR refundable = 0", name=op.f("ck_decision_nothing_refundable")),
        sa.CheckConstraint(
            "outcome IN ('eligible', 'not_eligible', 'needs_facts', 'needs_review', 'in_force', 'settled', 'no_fee')",
            name=op.f("ck_decision_outcome"),
        ),
        sa.CheckConstraint("verdict IN ('eligible', 'not_eligible', 'undetermined')", name=op.f("ck_decision_verdict")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_decision_application_application")
        ),
        sa.ForeignKeyConstraint(["supersedes"], ["decision.no"], name=op.f("fk_decision_supersedes_decision")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_decision")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_decision_supersedes")),
    )
    op.create_index(op.f("ix_decision_application_no"), "decision", ["application", "no"], unique=False)
    op.create_table(
        "deposit_known",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deposit", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("yen > 0", name=op.f("ck_deposit_known_yen")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_deposit_known_application_application")
        ),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_deposit_known_deposit_deposit")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_deposit_known_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_known")),
    )
    op.create_index(op.f("ix_deposit_known_application"), "deposit_known", ["application"], unique=False)
    op.create_index(
        op.f("ix_deposit_known_deposit_known_on_id"), "deposit_known", ["deposit", "known_on", "id"], unique=False
    )
    op.create_table(
        "fact",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("up_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(NOT (name = 'kind') OR (code IS NOT NULL AND code IN ('new', 'reissue', 'renewal') AND up_to IS NULL)) AND (NOT (name = 'side') OR (code IS NOT NULL AND code IN ('subscriber', 'authority') AND up_to IS NULL)) AND (NOT (name = 'reason') OR (code IS NOT NULL AND code IN ('info_changed', 'key_compromised', 'pin_lost', 'deleted_by_mistake', 'storage_location_lost', 'use_discontinued', 'no_plan_to_use', 'subscriber_request', 'tool_defect', 'receipt_not_returned', 'download_failed', 'info_change_confirmed', 'key_compromise_confirmed', 'obligation_breach', 'antisocial_forces', 'info_error', 'service_terminated', 'ca_other', 'deregistered', 'deceased') AND up_to IS NULL)) AND (NOT (name = 'covered') OR (code IS NOT NULL AND code IN ('yes', 'no') AND up_to IS NULL)) AND (NOT (name = 'used') OR (code IS NOT NULL AND code IN ('no', 'yes', 'cannot') AND up_to IS NULL)) AND (NOT (name = 'choice') OR (code IS NOT NULL AND code IN ('refund', 'credit') AND up_to IS NULL))",
            name=op.f("ck_fact_code"),
        ),
        sa.CheckConstraint(
            "NOT (name IN ('applied_on', 'withdrawn_on', 'issued_on', 'mailed_on', 'expires_on', 'revoked_on')) OR (day IS NOT NULL AND code IS NULL AND up_to IS NULL)",
            name=op.f("ck_fact_day"),
        ),
        sa.CheckConstraint(
            "NOT (name IN ('downloaded', 'receipt')) OR (up_to IS NOT NULL AND code IS NULL AND (day IS NULL OR day <= up_to))",
            name=op.f("ck_fact_register"),
        ),
        sa.CheckConstraint(
            "NOT (name IN ('previous', 'credit_to')) OR (code IS NOT NULL AND code <> application AND day IS NULL AND up_to IS NULL)",
            name=op.f("ck_fact_link"),
        ),
        sa.CheckConstraint("NOT (name IN ('used', 'choice')) OR (day IS NOT NULL)", name=op.f("ck_fact_answer")),
        sa.CheckConstraint(
            "name IN ('applied_on', 'withdrawn_on', 'issued_on', 'mailed_on', 'expires_on', 'revoked_on', 'downloaded', 'receipt', 'kind', 'side', 'reason', 'covered', 'used', 'choice', 'previous', 'credit_to')",
            name=op.f("ck_fact_name"),
        ),
        sa.ForeignKeyConstraint(["application"], ["application.number"], name=op.f("fk_fact_application_application")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_fact_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index(
        op.f("ix_fact_application_name_known_on_id"), "fact", ["application", "name", "known_on", "id"], unique=False
    )
    op.create_table(
        "movement",
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("debit_application", sa.String(), nullable=True),
        sa.Column("credit_application", sa.String(), nullable=True),
        sa.Column("deposit", sa.String(), nullable=True),
        sa.CheckConstraint(
            "debit <> credit OR (debit_application IS NOT NULL AND credit_application IS NOT NULL AND debit_application <> credit_application)",
            name=op.f("ck_movement_sides"),
        ),
        sa.CheckConstraint("yen > 0", name=op.f("ck_movement_yen")),
        sa.ForeignKeyConstraint(["credit"], ["account.code"], name=op.f("fk_movement_credit_account")),
        sa.ForeignKeyConstraint(
            ["credit_application"], ["application.number"], name=op.f("fk_movement_credit_application_application")
        ),
        sa.ForeignKeyConstraint(["debit"], ["account.code"], name=op.f("fk_movement_debit_account")),
        sa.ForeignKeyConstraint(
            ["debit_application"], ["application.number"], name=op.f("fk_movement_debit_application_application")
        ),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_movement_deposit_deposit")),
        sa.ForeignKeyConstraint(["entry"], ["entry.no"], name=op.f("fk_movement_entry_entry")),
        sa.PrimaryKeyConstraint("entry", "nth", name=op.f("pk_movement")),
    )
    op.create_index(
        op.f("ix_movement_credit_credit_application"), "movement", ["credit", "credit_application"], unique=False
    )
    op.create_index(
        op.f("ix_movement_debit_debit_application"), "movement", ["debit", "debit_application"], unique=False
    )
    op.create_index(op.f("ix_movement_deposit"), "movement", ["deposit"], unique=False)
    op.create_table(
        "credit",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("to_application", sa.String(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.CheckConstraint("application <> to_application", name=op.f("ck_credit_another")),
        sa.CheckConstraint("yen > 0", name=op.f("ck_credit_yen")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_credit_application_application")
        ),
        sa.ForeignKeyConstraint(["decision"], ["decision.no"], name=op.f("fk_credit_decision_decision")),
        sa.ForeignKeyConstraint(
            ["to_application"], ["application.number"], name=op.f("fk_credit_to_application_application")
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_credit")),
    )
    op.create_index(op.f("ix_credit_application"), "credit", ["application"], unique=False)
    op.create_index(op.f("ix_credit_to_application"), "credit", ["to_application"], unique=False)
    op.create_table(
        "refund",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application", sa.String(), nullable=True),
        sa.Column("deposit", sa.String(), nullable=True),
        sa.Column("decision", sa.Integer(), nullable=True),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(application IS NOT NULL AND decision IS NOT NULL) OR deposit IS NOT NULL", name=op.f("ck_refund_ground")
        ),
        sa.CheckConstraint("deposit IS NULL OR decision IS NULL", name=op.f("ck_refund_one_ground")),
        sa.CheckConstraint("yen > 0", name=op.f("ck_refund_yen")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_refund_application_application")
        ),
        sa.ForeignKeyConstraint(["decision"], ["decision.no"], name=op.f("fk_refund_decision_decision")),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_refund_deposit_deposit")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_refund")),
    )
    op.create_index(op.f("ix_refund_application"), "refund", ["application"], unique=False)
    op.create_index(op.f("ix_refund_deposit"), "refund", ["deposit"], unique=False)
    op.create_table(
        "credit_step",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.CheckConstraint("(nth = 1) = (state = 'proposed')", name=op.f("ck_credit_step_first")),
        sa.CheckConstraint("state IN ('proposed', 'applied', 'undone', 'rejected')", name=op.f("ck_credit_step_state")),
        sa.CheckConstraint(
            "state NOT IN ('rejected', 'undone') OR reason IS NOT NULL", name=op.f("ck_credit_step_reason")
        ),
        sa.ForeignKeyConstraint(["credit"], ["credit.no"], name=op.f("fk_credit_step_credit_credit")),
        sa.ForeignKeyConstraint(["entry"], ["entry.no"], name=op.f("fk_credit_step_entry_entry")),
        sa.PrimaryKeyConstraint("credit", "nth", name=op.f("pk_credit_step")),
        sa.UniqueConstraint("entry", name=op.f("uq_credit_step_entry")),
    )
    op.create_table(
        "refund_step",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("refund", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.CheckConstraint("(nth = 1) = (state = 'proposed')", name=op.f("ck_refund_step_first")),
        sa.CheckConstraint("state IN ('approved', 'filed') OR entry IS NOT NULL", name=op.f("ck_refund_step_entry")),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'filed', 'paid', 'returned', 'rejected')",
            name=op.f("ck_refund_step_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('rejected', 'returned') OR reason IS NOT NULL", name=op.f("ck_refund_step_reason")
        ),
        sa.ForeignKeyConstraint(["entry"], ["entry.no"], name=op.f("fk_refund_step_entry_entry")),
        sa.ForeignKeyConstraint(["refund"], ["refund.no"], name=op.f("fk_refund_step_refund_refund")),
        sa.PrimaryKeyConstraint("refund", "nth", name=op.f("pk_refund_step")),
        sa.UniqueConstraint("entry", name=op.f("uq_refund_step_entry")),
    )
    # ### end Alembic commands ###
