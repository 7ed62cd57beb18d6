"""The sitter: a connection without a client that stops the server once none of our processes is left.

The last process to leave stops the server, but a process that is killed stops nothing. So a loop runs inside the server
itself: we send it and close the socket, and PostgreSQL, which reads the socket between statements only, goes on. Every
lease keeps a connection open (`holding.py`); when for some turns there is none of any client, the loop interrupts the
postmaster, which is a clean fast shutdown. `COMMIT` in each turn lets the snapshot go, so that vacuum is held back for
one turn at most.
"""

import sys
from contextlib import closing

import psycopg

APPLICATION = "dtk sitter"
TURN_S = 2
IDLE_TURNS = 5
_SESSION = {
    "statement_timeout": "0",
    "idle_session_timeout": "0",
    "transaction_timeout": "0",
    "client_connection_check_interval": "0",
    "log_min_messages": "panic",  # its end with the server is no news
}

_POSIX_STOP = 'read -r pid < postmaster.pid && kill -INT "$pid"'  # a backend's working folder is the data folder

_LOOP = """
DO $sitter$
DECLARE
    idle_turns integer := 0;
BEGIN
    LOOP
        PERFORM pg_sleep({turn_s});
        COMMIT;
        IF EXISTS (
            SELECT FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND application_name <> '{application}'
        ) THEN
            idle_turns := 0;
        ELSE
            idle_turns := idle_turns + 1;
        END IF;
        IF idle_turns >= {idle_turns} THEN
            COPY (SELECT 1) TO PROGRAM {stop};
            idle_turns := 0;
        END IF;
    END LOOP;
END
$sitter$
"""


def is_sitting(connection: psycopg.Connection) -> bool:
    """Whether a sitter is at work in this server."""
    found = connection.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", [APPLICATION])
    return found.fetchone() is not None


def begin(conninfo: str, pg_ctl: str) -> None:
    """Put a sitter into the server. Returns at once."""
    program = f'"{pg_ctl}" -D . -m fast -W stop' if sys.platform == "win32" else _POSIX_STOP
    loop = _LOOP.format(
        turn_s=TURN_S, idle_turns=IDLE_TURNS, application=APPLICATION, stop="'" + program.replace("'", "''") + "'"
    )
    with closing(psycopg.connect(conninfo, autocommit=True, application_name=APPLICATION)) as connection:
        for setting in _SESSION.items():
            connection.execute("SELECT set_config(%s, %s, false)", setting)
        connection.pgconn.send_query(loop.encode())
        while connection.pgconn.flush():
            pass
