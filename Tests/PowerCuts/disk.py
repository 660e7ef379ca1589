"""The logged disk, and what it may hold after a power cut at any point of its log."""
import bisect
import mmap
import os
import struct
import subprocess

import tools

WRITE, FLUSH = 1, 2
RECORD = struct.Struct("<IIQQQ")
MAGIC = 0x4C4F4744
PIECE = 4096


class LoggedDisk:
    """A file system on a loop device on logged_disk.c, mounted at `mount`."""

    def __init__(self, program, folder, kind):
        self.fuse, self.mount = folder / "fuse", folder / "mount"
        for made in (self.fuse, self.mount):
            made.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [program, self.fuse, folder / "image", folder / "log", folder / "counter"], stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError("logged_disk doesn't start: is FUSE there?")
        with open(folder / "counter", "r+b") as file:
            self.counter = mmap.mmap(file.fileno(), 8)
        loop = tools.run("losetup", "--find", "--show", "--direct-io=on", self.fuse / "disk").stdout.strip()
        try:
            kind.mount(loop, self.mount)
        finally:
            # While it is mounted that only says: let go with the mount.
            tools.run("losetup", "--detach", loop)

    def count(self):
        """How many records the log has by now."""
        return struct.unpack("<Q", self.counter[:8])[0]

    def close(self):
        """Unmounts everything."""
        tools.unmount(self.mount)
        tools.wait_until(lambda: tools.run("umount", self.fuse, check=False).returncode == 0, "the loop device to go", 60)
        self.process.wait(60)


class Log:
    """The records of a disk."""

    def __init__(self, path):
        self.file, self.records, position = open(path, "rb"), [], 0
        while len(head := self.read(position, RECORD.size)) == RECORD.size:
            magic, kind, _, offset, length = RECORD.unpack(head)
            if magic != MAGIC:
                raise RuntimeError(f"{path} isn't a log from byte {position} on")
            self.records.append((kind, offset, length, position + RECORD.size))
            position += RECORD.size + (length if kind == WRITE else 0)
        self.flushes = [number for number, record in enumerate(self.records) if record[0] == FLUSH]

    def read(self, position, length):
        """Bytes of the log."""
        self.file.seek(position)
        return self.file.read(length)

    def last_flush_before(self, point):
        """How many records the last flush before `point` covers, itself included; 0 if there is none."""
        index = bisect.bisect_left(self.flushes, point)
        return self.flushes[index - 1] + 1 if index else 0

    def put(self, image, number, pieces=None):
        """Applies a write to an image; with `pieces`, only those of its 4 KiB pieces for which that says yes."""
        kind, offset, length, position = self.records[number]
        if kind != WRITE:
            return
        data = self.read(position, length)
        step = length if pieces is None else PIECE
        for start in range(0, length, step or 1):
            if pieces is None or pieces():
                os.pwrite(image, data[start:start + step], offset + start)


class PowerCuts:
    """Images of what the disk may hold after a power cut, at points that only grow."""

    def __init__(self, log, base, folder, random):
        self.log, self.random, self.covered = log, random, 0
        self.flushed, self.image = folder / "flushed", folder / "crashed"
        tools.copy_sparsely(base, self.flushed)

    # What becomes of the writes that no flush covers: those that a disk may have done by then, in any order.
    FATES = ("nothing", "all", "half", "pieces", "prefix")

    def cut(self, point):
        """Makes `image` for a cut after `point` records, and says what became of the rest."""
        self.advance(self.log.last_flush_before(point))
        tools.copy_sparsely(self.flushed, self.image)
        fate = self.random.choice(self.FATES)
        rest = range(self.covered, point)
        length = self.random.randint(0, len(rest))
        image = os.open(self.image, os.O_WRONLY)
        for index, number in enumerate(rest):
            if fate == "all" or (fate == "prefix" and index < length) or (fate == "half" and self.random.random() < 0.5):
                self.log.put(image, number)
            elif fate == "pieces":
                self.log.put(image, number, lambda: self.random.random() < 0.5)
        os.close(image)
        return f"point {point}, {fate} of {len(rest)} unflushed records"

    def advance(self, covered):
        """What a flush covers is there for good."""
        image = os.open(self.flushed, os.O_WRONLY)
        for number in range(self.covered, covered):
            self.log.put(image, number)
        os.close(image)
        self.covered = max(self.covered, covered)
