"""Why the books cannot be reached, told by what drivers and servers say, in English and in Japanese."""

import pytest

from ledger.i18n import LANGUAGES, speaking
from ledger.store.connecting import forbidden_table, unreachable

SAID = {
    'FATAL:  password authentication failed for user "otsukawa"': "password is wrong",
    'FATAL:  ユーザー"otsukawa"のパスワード認証に失敗しました': "password is wrong",
    "fe_sendauth: no password supplied": "password is wrong",
    'FATAL:  role "otsukawa" does not exist': "no such role",
    'FATAL:  ロール"otsukawa"は存在しません': "no such role",
    'FATAL:  database "seisan" does not exist': "no such database",
    'FATAL:  データベース"seisan"は存在しません': "no such database",
    "SSL error: certificate verify failed": "certificate",
    'root certificate file "/x/root.crt" does not exist': "certificate",
    'FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "x", database "y", no encryption': "admits nobody",
    'could not translate host name "nowhere" to address: Name or service not known': "no host of this name",
    "failed to resolve host 'nowhere': [Errno -2] Name or service not known": "no host of this name",
    "FATAL:  sorry, too many clients already": "no connection left",
    'connection to server at "192.0.2.1", port 5432 failed: Connection refused': "no server answers",
    'connection to server on socket "/x/.s.PGSQL.5432" failed: No such file or directory': "no server answers",
    "connection timeout expired": "no server answers",
    'FATAL:  permission denied for database "seisan"': "may not enter",
    "FATAL:  das verstehen wir nicht": "does not answer, or does not admit",
}


@pytest.mark.parametrize("said", SAID)
def test_each_cause_is_told_with_what_to_do(said: str) -> None:
    told = {}
    for language in LANGUAGES:
        with speaking(language):
            refusal = unreachable("postgresql://db/seisan", said)
            told[language] = (refusal.message, refusal.hint)
            assert refusal.code() == "database-unreachable"
    assert SAID[said] in told["en"][0]
    assert told["ja"][0] != told["en"][0] and told["ja"][1] != told["en"][1]


def test_the_table_that_a_role_may_not_write_is_read_from_what_is_said() -> None:
    assert forbidden_table("permission denied for table account_approval") == "account_approval"
    assert forbidden_table("not-permitted: ruling_step\nCONTEXT: …") == "ruling_step"
    assert forbidden_table("permission denied for schema public") is None
