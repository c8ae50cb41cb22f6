"""The SELECT that decides, laid out for a reader who checks it: step by step, one column to a line, days written in.

It is the very statement that `check` sends, in the spelling of the database that holds the books, and runs as it is
printed in sqlite3 or psql. Only three things are written shorter: a column passed on under its own name has no AS, all
columns of the step before are `step.*`, and on SQLite, too, a truth stands by itself and is not compared with 1.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from ledger.decisions import query
from ledger.i18n import N_, _
from ledger.notices import register
from ledger.notices.conditions import Notice
from ledger.store.database import parse_url

WIDTH = 110
_STEP = "    "
_TOKEN = re.compile(r"""'(?:[^']|'')*'|(?:"[^"]*"|\w+)(?:\.(?:"[^"]*"|\w+))*|<=|>=|!=|<>|\|\||::|\S""")

# What each step of the SELECT gives.
STEPS = {
    "latest": N_("of each application and fact the record that counts: the one known last by the day"),
    "told": N_("one row per application, one column per fact, and the number of the record it stands on"),
    "facts": N_("what had happened by the day; what had not is not known"),
    "posted": N_("the entries that count: by the day on which they happened, and on which they were known"),
    "fee_moved": N_("what they brought in of each application's fee, or took back, in yen"),
    "fees_received": N_("what was received of each application's fee, by deposit or by credit, in yen"),
    "owners": N_("the application that each deposit belongs to, by what was said of it last by the day"),
    "suspense_moved": N_("what the entries brought into suspense of each deposit, in yen"),
    "suspense": N_("what waits in suspense for each application, in yen"),
    "claim_moved": N_("what was paid back and is claimed from the member, in yen"),
    "claimed": N_("the same for each application"),
    "refund_states": N_("the state that each refund had come to by the day"),
    "credit_states": N_("the state that each credit had come to by the day"),
    "gone_back": N_("what of the fee was already promised or given back, in yen"),
    "refund_course": N_("the last step of each refund by the day"),
    "credit_course": N_("the last step of each credit by the day"),
    "courses": N_("how each fee goes back: its refunds and credits that stand, and the yen that still wait"),
    "rulings": N_("the ruling of the federation that counts for each application by the day"),
    "asked": N_("all that is asked about: the facts, the day the certificate ended, the money"),
    "conditions": N_("the conditions of the notice: true, false, or NULL for not known"),
    "clauses": N_("the clauses: a clause holds when all of its conditions hold"),
    "judged": N_("the verdict: one clause that holds is enough; doubts, warnings, and what could still change it"),
    "open_reissues": N_("reissues of the same member that are not paid yet"),
    "weighed": N_("the outcome: the first line that fits"),
}


def format_sql(as_of: date, database: str) -> str:
    """The SELECT for a question about everyone on this day, for the database at this address."""
    notice = register.in_force(as_of)
    dialect = _dialect(parse_url(database).get_backend_name())
    statement = query.question(notice).params(query.parameters(as_of))
    plain = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    name = notice.name if notice else _("no notice was in force")
    head = _comment(_("Asked as of {day}: {notice}", day=as_of, notice=name), "")
    return f"{head}\n{_Layout(_remarks(notice)).statement(_parsed(plain))};"


def _dialect(backend: str) -> Dialect:
    kind: Callable[..., Dialect] = sqlite.dialect if backend == "sqlite" else postgresql.dialect
    dialect = kind(paramstyle="named")  # the one style in which a percent sign is not doubled
    dialect.supports_native_boolean = True
    return dialect


def _remarks(notice: Notice | None) -> dict[str, str]:
    """What stands above a column: the condition as it is spoken, the clause in its own words."""
    spoken_of = {name: condition.says for condition, name in query.condition_columns(notice).items()}
    quoted = {name: f"{clause.mark}「{clause.words}」" for clause, name in query.clause_columns(notice).items()}
    return spoken_of | quoted


def _comment(text: str, indent: str) -> str:
    return f"{indent}-- {' '.join(text.split())}"


# --- reading: words, and what stands in brackets or between CASE and END ----------------------------------------------


@dataclass
class BracketedSql:
    """What stands between an opening and a closing word."""

    opens: str
    closes: str
    parts: "list[str | BracketedSql]" = field(default_factory=list)


Part = str | BracketedSql
_CLOSES = {"(": ")", "CASE": "END"}


def _parsed(sql: str) -> list[Part]:
    open_groups = [BracketedSql("", "")]
    for word in _TOKEN.findall(sql):
        if word in _CLOSES:
            open_groups.append(BracketedSql(word, _CLOSES[word]))
            open_groups[-2].parts.append(open_groups[-1])
        elif word == open_groups[-1].closes:
            open_groups.pop()
        else:
            open_groups[-1].parts.append(word)
    assert len(open_groups) == 1, "the SELECT ends within a bracket"
    return open_groups[0].parts


def _split(parts: Sequence[Part], before: Sequence[str], after: str = "") -> list[list[Part]]:
    """The parts in pieces: a new piece begins before some words, and after one."""
    pieces: list[list[Part]] = [[]]
    whole = [("AND", "BETWEEN"), ("JOIN", "LEFT")]  # the word belongs to one that stands shortly before it
    for part in parts:
        bound = any((part, piece) in whole for piece in pieces[-1][-3:])
        if part in before and pieces[-1] and not bound:
            pieces.append([])
        if part == after:
            pieces.append([])
        else:
            pieces[-1].append(part)
    return pieces


def _flat(parts: Sequence[Part]) -> str:
    text, before = "", ""
    for part in parts:
        if isinstance(part, str):
            gap = "" if part in (",", "::") or not before else " "
            text, before = f"{text}{gap}{part}", part
            continue
        inner = _flat(part.parts)
        written = f"({inner})" if part.opens == "(" else f"CASE {inner} END"
        called = part.opens == "(" and re.fullmatch(r"\w+", before) and not (before.isupper() and before != "CAST")
        text, before = f"{text}{'' if called or not before else ' '}{written}", ")"
    return text


# --- writing --------------------------------------------------------------------------------------------------------


class _Layout:
    """A statement on many lines; knows the columns of each step, to say `step.*` for all of them."""

    def __init__(self, remarks: Mapping[str, str]) -> None:
        self._remarks = remarks
        self._columns: dict[str, list[str]] = {}

    def statement(self, parts: list[Part]) -> str:
        """The whole statement: the steps one after the other, and the SELECT that ends them."""
        at = parts.index("SELECT")
        steps = [self._step_of(step) for step in _split(parts[1:at], (), ",")] if parts[0] == "WITH" else []
        head = "WITH " + ",\n\n".join(steps) + "\n\n" if steps else ""
        return head + "\n".join(self._select(parts[at:], "")[0])

    def _step_of(self, parts: list[Part]) -> str:
        name, body = parts[0], parts[-1]
        assert isinstance(name, str) and isinstance(body, BracketedSql), parts
        lines, self._columns[name] = self._select(body.parts, _STEP)
        comment = f"{_comment(_(STEPS[name]), _STEP)}\n" if name in STEPS else ""
        return f"{_flat(parts[:-1])} (\n{comment}" + "\n".join(lines) + "\n)"

    def _select(self, parts: list[Part], indent: str) -> tuple[list[str], list[str]]:
        """The lines of a SELECT, or of several put under each other, and the names of its columns."""
        lines: list[str] = []
        columns: list[str] = []
        for clause in _split(parts, ("SELECT", "FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION")):
            if clause[0] == "SELECT":
                items, columns = self._items(clause[1:], indent + _STEP)
                lines += [f"{indent}SELECT", *items]
            elif clause[0] == "FROM":
                for nth, table in enumerate(_split(clause[1:], ("JOIN", "LEFT"))):
                    lines += self._laid((["FROM"] if nth == 0 else []) + table, indent)
            else:
                lines += self._laid(clause, indent)
        return lines, columns

    def _items(self, parts: list[Part], indent: str) -> tuple[list[str], list[str]]:
        items = _split(parts, (), ",")
        names = [_name(item) for item in items]
        lines: list[list[str]] = []
        at = 0
        while at < len(items):
            every = self._columns.get(_table(items[at]), [])
            if len(every) > 1 and [_passed_on(item) for item in items[at : at + len(every)]] == [
                f"{_table(items[at])}.{name}" for name in every
            ]:
                lines.append([f"{indent}{_table(items[at])}.*"])
                at += len(every)
                continue
            passed_on = _passed_on(items[at])
            remark = self._remarks.get(names[at]) if not passed_on else None
            lines.append([_comment(remark, indent)] if remark else [])
            lines[-1] += [f"{indent}{passed_on}"] if passed_on else self._laid(items[at], indent)
            at += 1
        return _with_commas(lines), names

    def _laid(self, parts: Sequence[Part], indent: str) -> list[str]:
        """An expression: on one line if there is room, else broken where it falls apart."""
        one = indent + _flat(parts)
        selects = any(isinstance(part, BracketedSql) and "SELECT" in part.parts for part in parts)
        if len(one) <= WIDTH and not selects:
            return [one]
        for before in (("OR",), ("AND",)):
            first, *others = _split(parts, before)
            if others:
                further = indent + _STEP
                return [*self._laid(first, indent), *(line for other in others for line in self._laid(other, further))]
        groups = [nth for nth, part in enumerate(parts) if isinstance(part, BracketedSql)]
        return self._opened(parts, max(groups, key=lambda nth: len(_flat([parts[nth]]))), indent) if groups else [one]

    def _opened(self, parts: Sequence[Part], at: int, indent: str) -> list[str]:
        """An expression with the bracket or CASE at one place broken over several lines."""
        group = parts[at]
        assert isinstance(group, BracketedSql)
        inner = indent + _STEP
        if group.opens == "CASE":
            opening = _flat([*parts[:at], group.opens])
            lines = [line for branch in _split(group.parts, ("WHEN", "ELSE")) for line in self._laid(branch, inner)]
        else:
            opening = _flat([*parts[:at], BracketedSql("(", ")")])[:-1]
            lines = self._select(group.parts, inner)[0] if "SELECT" in group.parts else self._listed(group.parts, inner)
        return [indent + opening, *lines, indent + _flat([group.closes, *parts[at + 1 :]])]

    def _listed(self, parts: Sequence[Part], indent: str) -> list[str]:
        """What stands within a bracket; the members of a list each on lines of their own."""
        if parts[0] == "PARTITION":
            return [indent + _flat(part) for part in _split(parts, ("ORDER",))]
        return _with_commas([self._laid(member, indent) for member in _split(parts, (), ",")])


def _with_commas(items: list[list[str]]) -> list[str]:
    for item in items[:-1]:
        item[-1] += ","
    return [line for item in items for line in item]


def _name(item: Sequence[Part]) -> str:
    """The name of a column: what it is called, or its own."""
    last = item[-1]
    return last.split(".")[-1] if isinstance(last, str) else ""


def _table(item: Sequence[Part]) -> str:
    first = item[0]
    return first.split(".")[0] if isinstance(first, str) and "." in first else ""


def _passed_on(item: Sequence[Part]) -> str:
    """`step.column`, if the item is a column passed on under its own name; else nothing."""
    first = item[0]
    plain = isinstance(first, str) and "." in first and (len(item) == 1 or (len(item) == 3 and item[1] == "AS"))
    return str(first) if plain and _name(item) == str(first).split(".")[-1] else ""
