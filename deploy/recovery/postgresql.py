"""PostgreSQL: dumped by pg_dump from one exported snapshot, put back in one transaction."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg2

from deploy.recovery.refusal import Refused
from deploy.recovery.snapshot import Snapshot, read_snapshot, sealed_values

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"

# Everything of ours, and nothing of an extension: what a newer version added must not outlive the return to an older one.
_CLEAR = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT c.relname, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        ORDER BY c.relkind = 'S'
    LOOP
        EXECUTE format('DROP %s IF EXISTS public.%I CASCADE', CASE found.relkind
            WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
            found.relname);
    END LOOP;
    FOR found IN
        SELECT p.oid::regprocedure::text AS signature FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE 'DROP ROUTINE IF EXISTS ' || found.signature || ' CASCADE';
    END LOOP;
END $$;
"""


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """One database on a server; its programs (pg_dump, pg_restore, psql) must not be older than the server."""

    name: str
    user: str
    password: str = field(repr=False)
    host: str
    port: str
    options: dict[str, str] = field(default_factory=dict)

    kind = "postgresql"
    file_name = "database.dump"

    def __str__(self) -> str:
        return f"PostgreSQL, {self.name} on {self.host or 'this host'}"

    def dump(self, target: Path, report: Callable[[str], None]) -> Snapshot:
        """Dump the database to `target` and return what it said at the moment of the dump.

        pg_dump and the counts share one snapshot, so that they agree to the row while people work.
        """
        with closing(self._connect()) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                exported = cursor.fetchone()[0]
                command = ["pg_dump", "--format=custom", "--no-password", f"--snapshot={exported}", f"--file={target}"]
                with self._start(command, stderr=subprocess.PIPE) as running:
                    while running.poll() is None:
                        report(f"database: {_megabytes(target)} MB dumped")
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            running.wait(timeout=1)
                    self._ended(running, "pg_dump")
                report("database: counting rows")
                cursor.execute(_TABLES)
                return read_snapshot(cursor, [table for (table,) in cursor.fetchall()])

    def restore(self, dump: Path, report: Callable[[str], None]) -> None:
        """Replace everything in the database by `dump`, in one transaction: whole or not at all."""
        report("database: restoring")
        read = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(dump)]
        write = ["psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        with (
            self._start(read, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source,
            self._start(write, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as target,
        ):
            script = _pipe(target.stdin)
            try:
                script.write(b"SET client_min_messages = warning;\nBEGIN;\n" + _CLEAR.encode())
                shutil.copyfileobj(_pipe(source.stdout), script, 1 << 20)
                # Without the last line psql ends and the server rolls back: a dump that broke off changes nothing.
                self._ended(source, "pg_restore")
                script.write(b"COMMIT;\n")
            except BrokenPipeError:
                source.kill()
            finally:
                # psql that gave up has closed its end; what it says of it is read below.
                with contextlib.suppress(BrokenPipeError):
                    script.close()
            self._ended(target, "psql")

    def set_aside(self, suffix: str) -> list[Path]:
        """Nothing: the restore replaces the content in its transaction."""
        return []

    def is_empty(self) -> bool:
        """Whether nothing is there that a restore would replace."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(_TABLES)
            return cursor.fetchone() is None

    def look(self) -> Snapshot:
        """Read what the database says now."""
        with closing(self._connect()) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute(_TABLES)
                return read_snapshot(cursor, [table for (table,) in cursor.fetchall()])

    def sealed_values(self) -> Iterator[str]:
        """Every patient's sealed record number."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            yield from sealed_values(cursor)

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction, as making a database must be."""
        with closing(self._connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def _connect(self) -> Any:
        given = {"dbname": self.name, "user": self.user, "password": self.password, "host": self.host}
        given |= {"port": self.port, **self.options}
        try:
            return psycopg2.connect(**{key: value for key, value in given.items() if value})
        except psycopg2.OperationalError as error:
            raise Refused(f"The database does not answer ({self}): {str(error).strip()}") from error

    def _start(self, command: list[str], **pipes: Any) -> subprocess.Popen[bytes]:
        # By the environment: what stands on a command line is read by everybody on the host.
        given = {"PGDATABASE": self.name, "PGUSER": self.user, "PGPASSWORD": self.password}
        given |= {"PGHOST": self.host, "PGPORT": self.port, "PGSSLMODE": self.options.get("sslmode", "")}
        environment = {**os.environ, **{key: value for key, value in given.items() if value}}
        try:
            return subprocess.Popen(command, env=environment, **pipes)  # noqa: S603 - our own commands
        except FileNotFoundError as error:
            raise Refused(
                f"{command[0]} is not installed here: install the client programs of PostgreSQL, of the server's version "
                "or newer."
            ) from error

    @staticmethod
    def _ended(running: subprocess.Popen[bytes], program: str) -> None:
        problem = _pipe(running.stderr).read().decode(errors="replace").strip()
        if running.wait() != 0:
            raise Refused(f"{program} failed: {problem[-2000:]}")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("The program was started without this pipe.")
    return stream


def _megabytes(path: Path) -> int:
    return path.stat().st_size // 1_000_000 if path.exists() else 0
