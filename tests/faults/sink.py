"""A mail server whose log is the truth about what arrived: a line is on disk before the 250 is said.

``python -m tests.faults.sink FOLDER PORT SECONDS DWELL`` answers MAIL after SECONDS, and the letter itself DWELL seconds
after it has logged it: the longer that is, the likelier a kill meets a sender between sending and marking. It appends to
``FOLDER/arrivals`` one line of Message-ID, recipient, SHA-256, lots and time with one unbuffered write. A mailbox with “gone”
in its name does not exist, one with “slow” is greylisted once. It can be told what to do by files in FOLDER:

``hold``: the next letter is logged and its 250 is kept back for as long as ``held`` stays: the sender is then for certain
between sending and marking. ``strike``, holding a word of the conversation and the sender's process number: that
process is killed at that word, unanswered: MAIL, RCPT, DATA, DOT (logged, not answered), or 250 (answered, not read).
"""

import asyncio
import hashlib
import os
import re
import signal
import sys
import time
from pathlib import Path

HOST = "127.0.0.1"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.MULTILINE | re.IGNORECASE)
LOT = re.compile(rb"\blot[0-9a-f]{8}\b")
LARGEST = 2**24
OTHERWISE = {
    b"EHLO": b"250-sink\r\n250 PIPELINING",
    b"DATA": b"503 5.5.1 To whom?",
    b"QUIT": b"221 Bye",
}


class Sink:
    def __init__(self, folder: Path, seconds: float, dwell: float) -> None:
        self.folder, self.seconds, self.dwell = folder, seconds, dwell
        self.greylisted: set[bytes] = set()
        self.log = os.open(folder / "arrivals", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender was killed: that is what we are here for
        finally:
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[bytes] = []
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb, _space, rest = line.strip().partition(b" ")
            self.strike(verb.upper())
            if verb.upper() == b"MAIL":
                await asyncio.sleep(self.seconds)
                recipients.clear()
            if verb.upper() == b"DATA" and recipients:
                writer.write(b"354 Go on\r\n")
                await self.take(await reader.readuntil(b"\r\n.\r\n"), recipients[0])
                await self.strike_after(writer)
                answer = b"250 2.0.0 OK"
            else:
                answer = self.answer(verb.upper(), rest, recipients)
            writer.write(answer + b"\r\n")
            await writer.drain()

    def answer(self, verb: bytes, rest: bytes, recipients: list[bytes]) -> bytes:
        """Return what is said to ``verb``; a recipient who is welcome joins ``recipients``."""
        if verb != b"RCPT":
            return OTHERWISE.get(verb, b"250 OK")
        recipient = rest.partition(b"<")[2].partition(b">")[0]
        if b"gone" in recipient:
            return b"550 5.1.1 No such mailbox"
        if b"slow" in recipient and recipient not in self.greylisted:
            self.greylisted.add(recipient)
            return b"450 4.2.0 Greylisted, come back later"
        recipients.append(recipient)
        return b"250 2.1.5 OK"

    async def take(self, content: bytes, recipient: bytes) -> None:
        """Log one letter, and answer when it has dwelt here."""
        found = MESSAGE_ID.search(content)
        number = found[1] if found else b"none"
        digest = hashlib.sha256(content).hexdigest().encode()
        lots = b",".join(sorted(set(LOT.findall(content.replace(b"=\r\n", b""))))) or b"-"
        at = f"{time.time():.3f}".encode()
        os.write(self.log, b" ".join((number, recipient, digest, lots, at)) + b"\n")
        await self.keep_back_if_asked()
        await asyncio.sleep(self.dwell)

    async def keep_back_if_asked(self) -> None:
        held = self.folder / "held"
        try:
            (self.folder / "hold").rename(held)
        except FileNotFoundError:
            return
        while held.exists():  # noqa: ASYNC110 - the rig is another process: a file is what we share
            await asyncio.sleep(0.005)

    def strike(self, word: bytes) -> None:
        if sender := self.armed(word):
            os.kill(sender, signal.SIGKILL)
            raise ConnectionAbortedError

    async def strike_after(self, writer: asyncio.StreamWriter) -> None:
        """Kill the sender before our 250, or with our 250 in its socket: it is stopped so as not to read it."""
        self.strike(b"DOT")
        if sender := self.armed(b"250"):
            os.kill(sender, signal.SIGSTOP)
            writer.write(b"250 2.0.0 OK\r\n")
            await writer.drain()
            os.kill(sender, signal.SIGKILL)
            raise ConnectionAbortedError

    def armed(self, word: bytes) -> int:
        """Return the process to be killed at ``word``, 0 if there is none; it is so once."""
        try:
            wanted, sender = (self.folder / "strike").read_bytes().split()
        except FileNotFoundError:
            return 0
        if wanted != word:
            return 0
        (self.folder / "strike").unlink()
        return int(sender)


async def main(folder: Path, port: int, seconds: float, dwell: float) -> None:
    sink = Sink(folder, seconds, dwell)
    server = await asyncio.start_server(sink.serve, HOST, port, limit=LARGEST)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:5])))
