"""A socket between us and the server that cuts the wire at a word, such as COMMIT: nobody knows how that ended."""

from __future__ import annotations

import select
import socket
import threading
from pathlib import Path

_SOCKET = ".s.PGSQL.5432"
_COMMIT = b"COMMIT\0"


class CommitCutter:
    """Listens as PostgreSQL does; forwards everything until a client commits, or says another word.

    Args:
        folder: where it listens; the client gives it as ``host``.
        server: folder of the real server's socket.
        delivered: whether the COMMIT that is cut reaches the server first.
        cuts: how many commits are cut; later ones pass.
        word: at what it cuts.
    """

    def __init__(self, folder: Path, server: Path, *, delivered: bool, cuts: int = 1, word: bytes = _COMMIT) -> None:
        self.left, self.word = cuts, word
        self._server, self._delivered = server / _SOCKET, delivered
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
                    if not data:
                        return
                    if source is client and self.word in data and self.left:
                        self.left -= 1
                        if self._delivered:
                            server.sendall(data)
                            server.recv(1 << 16)  # the server has committed; the client will never hear of it
                        return
                    (server if source is client else client).sendall(data)
