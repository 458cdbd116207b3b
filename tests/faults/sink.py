"""A mail server whose log is the truth about what arrived: a line is on disk before the 250 is said.

``python -m tests.faults.sink FOLDER PORT SECONDS`` takes every letter, in about SECONDS each. It appends to
``FOLDER/arrivals`` one line of Message-ID, recipient and SHA-256 with one unbuffered write. When the rig has put a file
``FOLDER/hold`` there, the next letter is logged and its 250 is kept back for as long as
``FOLDER/held`` stays: the sender is then for certain between sending and marking.
"""

import asyncio
import hashlib
import os
import re
import sys
from pathlib import Path

HOST = "127.0.0.1"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.MULTILINE | re.IGNORECASE)
LARGEST = 2**24


class Sink:
    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.log = os.open(folder / "arrivals", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender was killed: that is what we are here for
        finally:
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = b""
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb, _space, rest = line.strip().partition(b" ")
            match verb.upper():
                case b"RCPT":
                    recipient = rest.partition(b"<")[2].partition(b">")[0]
                    answer = b"250 2.1.5 OK"
                case b"DATA":
                    writer.write(b"354 Go on\r\n")
                    await self.take(await reader.readuntil(b"\r\n.\r\n"), recipient)
                    answer = b"250 2.0.0 OK"
                case b"EHLO":
                    answer = b"250-sink\r\n250 PIPELINING"
                case b"QUIT":
                    answer = b"221 Bye"
                case _:
                    answer = b"250 OK"
            writer.write(answer + b"\r\n")
            await writer.drain()

    async def take(self, content: bytes, recipient: bytes) -> None:
        """Log one letter. Half of the time goes by before and half after, so that a kill meets both."""
        await asyncio.sleep(self.seconds / 2)
        found = MESSAGE_ID.search(content)
        number = found[1] if found else b"none"
        digest = hashlib.sha256(content).hexdigest().encode()
        os.write(self.log, b" ".join((number, recipient, digest)) + b"\n")
        await self.keep_back_if_asked()
        await asyncio.sleep(self.seconds / 2)

    async def keep_back_if_asked(self) -> None:
        held = self.folder / "held"
        try:
            (self.folder / "hold").rename(held)
        except FileNotFoundError:
            return
        while held.exists():  # noqa: ASYNC110 - the rig is another process: a file is what we share
            await asyncio.sleep(0.005)


async def main(folder: Path, port: int, seconds: float) -> None:
    server = await asyncio.start_server(Sink(folder, seconds).serve, HOST, port, limit=LARGEST)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
