"""What must hold after a power cut at any point of a recorded run, and after server and client went on from there."""
import collections
import random
import re
import subprocess
import time

import disk
import kinds
import programs
import tools

# One lost folder makes hundreds of faults.
SHOWN = 20


class Judge:
    """Cuts the power of a recorded run at chosen points, and collects what is wrong then."""

    def __init__(self, installation, folder, recording, seed):
        self.installation, self.folder, self.recording = installation, folder, recording
        self.kind, self.random = kinds.KINDS[recording.kind], random.Random(seed)
        self.log = disk.Log(folder / "log")
        self.cuts = disk.PowerCuts(self.log, folder / "base", folder, self.random)
        self.mount, self.storage = folder / "mount", folder / "mount/storage"
        self.faults, self.notes, self.points, self.where = [], [], 0, ""
        # At how many points there was a fault of which sort.
        self.sorts = collections.defaultdict(set)

    def fault(self, what):
        """Something that must never be."""
        self.faults.append(f"{self.where}: {what}")
        self.sorts[re.sub(r"\d+", "…", what.partition(":")[0])].add(self.points)
        if len(self.faults) <= SHOWN:
            print("FAULT", self.faults[-1], flush=True)

    def choose_points(self, count):
        """A third of them where something was just promised, right before a flush, and anywhere since the first promise."""
        moments = self.recording.moments()
        flushes = [number for number in self.log.flushes if number > moments[0]] or moments
        chosen = self.random.choices(moments, k=count - 2 * (count // 3)) + self.random.choices(flushes, k=count // 3)
        chosen += [self.random.randint(moments[0], len(self.log.records)) for _ in range(count // 3)]
        return sorted(min(point, len(self.log.records)) for point in chosen)

    def check(self, count, seconds=None, going_on=1, until_fault=False):
        """Judges `count` points; with `seconds`, evenly fewer where the machine is slow. Returns how many.

        Our programs go on from each `going_on`-th of them, from none if that is 0.
        """
        begin, chosen = time.monotonic(), self.choose_points(count)
        for index, point in enumerate(chosen):
            passed = (time.monotonic() - begin) / seconds if seconds else 0
            # Late: every second, third, … of what is left, so that the end of the run is looked at, too.
            if passed > (index + 1) / count and index % max(2, int(passed * count / (index + 1))) and self.points >= 5:
                continue
            if until_fault and self.faults:
                break
            self.judge(point, going_on and self.points % going_on == 0)
        return self.points

    def judge(self, point, goes_on):
        """One power cut."""
        self.where = self.cuts.cut(point)
        self.points += 1
        if self.kind.repair:
            tools.run(*self.kind.repair, self.cuts.image, check=False)
        try:
            # At the same place as before: the folder's path names the client's state.
            self.kind.mount(self.cuts.image, self.mount)
        except RuntimeError as error:
            self.fault(f"can't be mounted: {error}")
            return
        try:
            self.look(point)
            if goes_on:
                self.go_on(point)
        finally:
            tools.unmount(self.mount)

    def digests(self, folder, **options):
        """What is visible in a folder, by the names of the clips."""
        names = {name.lower(): name for name in self.recording.clips} if self.kind.tears_names else {}
        found = {path.removeprefix(programs.USER + "/"): digest for path, digest in tools.digests(folder, **options).items()}
        return {names.get(path.lower(), path): digest for path, digest in found.items()}

    def stored(self):
        """What is visible in the storage, decrypted where it was encrypted."""
        if not self.installation.encrypts:
            return self.digests(self.storage)
        found = tools.digests(self.storage)
        return {path.removeprefix(programs.USER + "/").removesuffix(".age"): self.installation.content(self.storage / path, digest)
                for path, digest in found.items()}

    def look(self, point):
        """What the disk holds, before any of our programs has touched it."""
        clips, stored = self.recording.clips, self.stored()
        for name, found in stored.items():
            if clips.get(name) != found:
                self.fault(f"visible in the storage, but unknown or not whole: {name}")
        for name, moment in self.recording.confirmed.items():
            if moment <= point and stored.get(name) != clips[name]:
                self.fault(f"confirmed at {moment}, not whole on the server: {name}")
        if self.recording.has_client:
            self.look_at_watched(point, stored)

    def look_at_watched(self, point, stored):
        """Each clip that was flushed is whole on one side, and none is damaged under its own name."""
        watched = self.digests(self.mount / "watched")
        for name, found in self.recording.clips.items():
            if self.recording.made.get(name, point + 1) > point:
                continue
            if name in watched and watched[name] != found:
                self.fault(f"damaged under its own name: {name}; whole on the server: {stored.get(name) == found}")
            elif name not in watched and stored.get(name) != found:
                self.fault(f"neither in the watched folder nor on the server: {name}")

    def go_on(self, point):
        """Server and client start on what is left, and finish without anybody's help."""
        log = self.folder / "after.log"
        log.unlink(missing_ok=True)
        server = self.installation.start_server(self.storage, log, *self.kind.server_options)
        try:
            if programs.has_ended(server):
                self.fault("the server doesn't start: " + log.read_text(errors="replace")[-400:])
            elif self.recording.has_client:
                if reason := self.finish():
                    self.fault(f"{reason}; the server: {log.read_text(errors='replace')[-400:]}")
                self.look_at_end(point)
            else:
                self.look(point)
        finally:
            programs.end(server)

    def finish(self):
        """Passes of the client, until one says that nothing is left; returns what is wrong if none does."""
        command = self.installation.client_command(
            self.mount / "watched", self.mount / "state", "--once", "--settle-unknown", 0)
        for attempt in range(4):
            outcome = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=tools.PATIENCE)
            if outcome.returncode == 0:
                break
        if attempt:
            self.notes.append(f"{self.where}: the client needed {attempt + 1} passes")
        return f"the client ends with {outcome.returncode}: {outcome.stderr[-500:]}" if outcome.returncode else None

    def look_at_end(self, point):
        """Everything is on the server now, nothing damaged has come there, and nothing is left in the folder."""
        clips, stored = self.recording.clips, self.stored()
        known = set(clips.values())
        for name, found in clips.items():
            if self.recording.made.get(name, point + 1) <= point and stored.get(name) != found:
                self.fault(f"after going on, not on the server: {name}")
        for name, found in stored.items():
            # A recorder's unfinished file, left by the cut, is sent as it is; that is nobody's fault.
            if clips.get(name) == found or ".tmp-" in name:
                continue
            if found in known:
                self.notes.append(f"{self.where}: stored twice: {name}")
            else:
                self.fault(f"after going on, on the server but never recorded so: {name}")
        if left := self.digests(self.mount / "watched", with_hidden=True):
            self.fault(f"after going on, left in the folder: {sorted(left)[:4]}")
