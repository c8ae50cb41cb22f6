"""Copies of books that a module has filled once: a fresh one for each test, or for each crash."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests import connections
from tests.server import Server

# The address of a copy of books that a function fills once in a run, given their address.
FilledOnce = Callable[[Callable[[str], object]], str]

_numbers = itertools.count(1)


class Copies:
    """Gives copies of the books at an address, on the same database; nobody may be connected to the original."""

    def __init__(self, url: str, folder: Path, server: Server | None) -> None:
        self.url = url
        self._folder = folder
        self._server = server

    def of(self, url: str) -> "Copies":
        """Gives copies of one of the copies."""
        return Copies(url, self._folder, self._server)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The address of a copy, which is gone after the block."""
        nth = next(_numbers)
        if self._server is None:
            file = self._folder / f"copy{nth}.db"
            connections.let_go_of_files()
            shutil.copyfile(self.url.removeprefix("sqlite:///"), file)
            yield f"sqlite:///{file}"
            connections.let_go_of_files()
            for path in self._folder.glob(f"{file.name}*"):
                path.unlink()
            return
        template = str(make_url(self.url).database)
        name = f"copy_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}_{nth}"
        self._server.copy(template, name)
        try:
            yield self._server.url(name)
        finally:
            self._server.drop(name)


def copies(request: pytest.FixtureRequest, url: str, engine: str) -> Copies:
    """Copies of the books at this address, for a fixture that knows on which engine they are."""
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("copies")
    return Copies(url, folder, request.getfixturevalue("server") if engine == "postgresql" else None)
