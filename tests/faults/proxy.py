"""Sockets between us and the server: one cuts the wire at a word such as COMMIT, one behaves as a connection pooler."""

from __future__ import annotations

import select
import socket
import threading
from pathlib import Path

_SOCKET = ".s.PGSQL.5432"
_COMMIT = b"COMMIT\0"
_KEY = b"K\0\0\0\x0c"  # BackendKeyData: number and secret of a session


class _Listener:
    """Listens as PostgreSQL does, in a folder, and serves each client in a thread."""

    def __init__(self, folder: Path, server: Path) -> None:
        self._server = server / _SOCKET
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / _SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._server))
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(1 << 16)
                    if not data or not self._pass_on(data, client, server, from_client=source is client):
                        return

    def _pass_on(self, data: bytes, client: socket.socket, server: socket.socket, *, from_client: bool) -> bool:
        """Hand on what one side said; False cuts the wire."""
        raise NotImplementedError


class CommitCutter(_Listener):
    """Forwards everything until a client commits, or says another word.

    Args:
        folder: where it listens; the client gives it as ``host``.
        server: folder of the real server's socket.
        delivered: whether the COMMIT that is cut reaches the server first.
        cuts: how many commits are cut; later ones pass.
        word: at what it cuts.
    """

    def __init__(self, folder: Path, server: Path, *, delivered: bool, cuts: int = 1, word: bytes = _COMMIT) -> None:
        self.left, self.word, self._delivered = cuts, word, delivered
        super().__init__(folder, server)

    def _pass_on(self, data: bytes, client: socket.socket, server: socket.socket, *, from_client: bool) -> bool:
        if from_client and self.word in data and self.left:
            self.left -= 1
            if self._delivered:
                server.sendall(data)
                server.recv(1 << 16)  # the server has committed; the client will never hear of it
            return False
        (server if from_client else client).sendall(data)
        return True


class Pooler(_Listener):
    """Stands before a server as a connection pooler does.

    Args:
        folder: where it listens.
        server: folder of the real server's socket.
        picky: refuses settings in the greeting, as PgBouncer does that was not told to ignore them; else it takes
            them and greets with a session number of its own.
    """

    def __init__(self, folder: Path, server: Path, *, picky: bool) -> None:
        self._picky = picky
        super().__init__(folder, server)

    def _pass_on(self, data: bytes, client: socket.socket, server: socket.socket, *, from_client: bool) -> bool:
        if from_client and self._picky:
            client.sendall(_refusal("unsupported startup parameter in options: timezone"))
            return False
        at = -1 if from_client else data.find(_KEY)
        if at >= 0:
            number = at + len(_KEY)
            data = data[:number] + b"\x7f\0\0\x01" + data[number + 4 :]
        (server if from_client else client).sendall(data)
        return True


def _refusal(text: str) -> bytes:
    fields = b"SFATAL\0VFATAL\0C08P01\0M" + text.encode() + b"\0\0"
    return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields
