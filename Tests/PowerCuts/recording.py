"""A run that is recorded: server, client and a recorder of clips on the logged disk, killed now and then."""
import contextlib
import dataclasses
import hashlib
import json
import os
import random
import re
import subprocess
import threading
import time

import disk
import kinds
import programs
import tools

# Less than that proves little, however slow the machine is.
LEAST_CONFIRMED = 30
LINE = re.compile(r" (confirmed|wiped) path=(\S+) bytes=")


@dataclasses.dataclass
class Recording:
    """What came of a run. Moments are counts of the log's records."""

    kind: str
    # Whether the client's folder and state lie on the disk, too, beside the storage.
    has_client: bool
    seed: int
    # The SHA-256 of each clip, and from when on it was flushed, name and all.
    clips: dict = dataclasses.field(default_factory=dict)
    made: dict = dataclasses.field(default_factory=dict)
    confirmed: dict = dataclasses.field(default_factory=dict)
    wiped: dict = dataclasses.field(default_factory=dict)
    kills: int = 0

    def save(self, folder):
        """Keeps it beside its log."""
        (folder / "recording.json").write_text(json.dumps(dataclasses.asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder):
        """What `save` kept."""
        return cls(**json.loads((folder / "recording.json").read_text(encoding="utf-8")))

    def moments(self):
        """When something was promised."""
        return sorted({*self.confirmed.values(), *self.wiped.values()})


class Run:
    """The run itself. `swallow` names the flushes that the server only pretends to make."""

    def __init__(self, installation, rig, folder, kind, has_client, seed, swallow=None):
        self.installation, self.folder, self.kind = installation, folder, kinds.KINDS[kind]
        self.random, self.recording = random.Random(seed), Recording(kind, has_client, seed)
        self.environment = {"LD_PRELOAD": str(rig / "swallowed_flushes.so"), "AUTO_UPLOAD_SWALLOW": swallow} if swallow else {}
        self.lock = threading.Lock()
        self.make_base()
        self.disk = disk.LoggedDisk(rig / "logged_disk", folder, self.kind)
        self.storage = self.disk.mount / "storage"
        place = self.disk.mount if has_client else folder
        self.watched, self.state = place / "watched", place / "state"
        # Half of what is there, as the client's copies take as much as the server's; some is left for the file system itself.
        self.room = (self.kind.mebibytes - 130 << 20) // (2 if has_client else 1)

    def make_base(self):
        """The disk before the run, with its folders."""
        self.kind.make_on(self.folder / "image")
        mount = self.folder / "mount"
        mount.mkdir(exist_ok=True)
        self.kind.mount(self.folder / "image", mount)
        for place in (mount, self.folder):
            for name in ("storage", "watched", "state"):
                (place / name).mkdir(exist_ok=True)
        tools.unmount(mount)
        tools.copy_sparsely(self.folder / "image", self.folder / "base")

    def record(self, seconds):
        """Works for so long, and until enough was confirmed."""
        server, client = self.start_server(), self.start_client()
        begin = time.monotonic()
        while (passed := time.monotonic() - begin) < seconds or len(self.recording.confirmed) < LEAST_CONFIRMED:
            if passed > seconds + tools.PATIENCE:
                raise RuntimeError(f"too little was confirmed: {len(self.recording.confirmed)}; see {self.folder}/*.log")
            self.make_clips()
            time.sleep(self.random.random() * 0.6)
            if self.random.random() < 0.08:
                client = self.replace(client, self.start_client)
            if self.random.random() < 0.06:
                server = self.replace(server, self.start_server)
        programs.kill(client)
        programs.kill(server)
        self.disk.close()
        self.recording.save(self.folder)
        return self.recording

    def replace(self, process, start):
        """Kills a program at this very moment, and starts it anew."""
        programs.kill(process)
        self.recording.kills += 1
        return start()

    def start_server(self):
        """The server with its storage on the disk."""
        server = self.installation.start_server(
            self.storage, self.folder / "server.log", *self.kind.server_options, environment=self.environment)
        if programs.has_ended(server):
            raise RuntimeError("the server ended: " + (self.folder / "server.log").read_text()[-400:])
        return server

    def start_client(self):
        """The client as a daemon; each line of its log is stamped with the log's count."""
        client = subprocess.Popen(
            self.installation.client_command(self.watched, self.state, "--interval", 1), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        threading.Thread(target=self.follow, args=(client.stdout,), daemon=True).start()
        return client

    def follow(self, lines):
        """Notes what the client says was confirmed and wiped, at a moment that is never too early."""
        with open(self.folder / "client.log", "a", encoding="utf-8") as log:
            for line in lines:
                moment = self.disk.count()
                log.write(f"{moment} {line}")
                if found := LINE.search(line):
                    with self.lock:
                        getattr(self.recording, found[1]).setdefault(found[2], moment)

    def make_clips(self):
        """A burst of small clips, some of middle size, or a large one, as long as there is room."""
        sizes = self.random.choices(
            [[self.random.randint(1, 15_000) for _ in range(self.random.randint(1, 40))],
             [self.random.randint(16_000, 500_000) for _ in range(self.random.randint(1, 8))],
             [self.random.randint(1 << 20, 6 << 20)], [self.random.randint(16 << 20, 22 << 20)]], (45, 35, 15, 5))[0]
        if sum(sizes) < self.room:
            self.room -= sum(sizes)
            for size in sizes:
                self.make_clip(size)

    def make_clip(self, size):
        """As a careful recorder does: under another name, flushed, renamed, flushed again with its folders."""
        clips = self.recording.clips
        folder = self.random.choice(("", "normal/", "event/2026-11-28/", f"day{self.random.randint(0, 30)}/"))
        name, content = f"{folder}R{len(clips):05d}.mp4", self.random.randbytes(size)
        clips[name] = hashlib.sha256(content).hexdigest()
        path = self.watched / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(".tmp-" + path.name)
        with open(unfinished, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            unfinished.rename(path)
            os.fsync(file.fileno())
        while True:
            # The client tidies up empty folders.
            with contextlib.suppress(FileNotFoundError):
                tools.flush_folder(path.parent)
            if path.parent == self.watched:
                break
            path = path.parent
        self.recording.made[name] = self.disk.count()
