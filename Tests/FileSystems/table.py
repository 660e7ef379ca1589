#!/usr/bin/env python3
"""The table of docs/FILESYSTEMS.md, tried anew with what the running kernel has; scripts/filesystems calls this.

For each file system: our server stores on it, our client wipes on another; then the other way round. What lies on an image is
looked at once more as it would be after a power cut at that moment. Prints rows of Markdown; leaves 1 if a confirmed file
isn't whole, wherever it was promised.
"""
import argparse
import contextlib
import os
import pathlib
import platform
import random
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "PowerCuts"))
import kinds  # noqa: E402
import mounts  # noqa: E402
import programs  # noqa: E402
import tools  # noqa: E402

PLAIN = {"R1.mp4": 100, "normal/R2.mp4": 15_000, "normal/R3.mp4": 50_000, "event/2026-11-28/R4.mp4": 300_000,
         "R5.mp4": 3 << 20, "R6.mp4": 17 << 20}
# Names that some file systems refuse, change or take for one, with their sizes. Those of one size have the same content.
ODD = {"2026-11-28T07:12:00.mp4": 1000, "dot.": 1001, "what?.mp4": 1002, "clip.mp4": 1003, "CLIP.MP4": 1004,
       "same.mp4": 1005, "SAME.MP4": 1005, "Trip/a.mp4": 1006, "trip/b.mp4": 1007}

# Where all must be stored and wiped, or the table is wrong.
WHOLE = ("ext4", "ext4-nojournal", "xfs", "btrfs", "f2fs", "btrfs, a user's subvolume", "xfs, a user's project",
         "ext4, casefold", "ext4, a user's folder with casefold", "f2fs, casefold")


class Trial:
    """One file system, tried."""

    def __init__(self, installation, scratch, name):
        self.installation, self.scratch, self.name = installation, scratch, name
        self.faults = []
        self.kind, self.promised = kinds.KINDS.get(name.split(",")[0]), None

    def make_files(self, folder, sizes):
        """Files of these sizes by name, flushed; returns their hashes by name."""
        shutil.rmtree(folder, ignore_errors=True)
        for name, size in sizes.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(random.Random(size).randbytes(size))
        os.sync()
        return tools.digests(folder)

    def upload(self, watched, state, *options):
        """A pass of the client; returns its log, its code and the seconds that it took."""
        begin = time.monotonic()
        command = self.installation.client_command(watched, state, "--once", "--settle-unknown", 0, *options)
        outcome = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=tools.PATIENCE)
        return outcome.stderr + outcome.stdout, outcome.returncode, time.monotonic() - begin

    @contextlib.contextmanager
    def server(self, storage, *options):
        """A server on a storage; None if it doesn't start, which `said` explains."""
        log = self.scratch / "server.log"
        log.unlink(missing_ok=True)
        server = self.installation.start_server(storage, log, *options)
        try:
            yield None if programs.has_ended(server) else server
        finally:
            programs.end(server)
            self.server_log = log.read_text(errors="replace")

    # As storage

    def as_storage(self, folder):
        """What the server says of it, and what comes of uploads; with the option that accepts a weak storage if it takes that."""
        for options in ((), ("--allow-weak-storage",)):
            with self.server(folder, *options) as server:
                outcome = self.store(folder) if server else None
            if outcome:
                return (f"with `{options[0]}`: " if options else "") + outcome
            reason = last_words(self.server_log)
            if options == ():
                first = reason
        return f"refused: {first}" + (f"; with the option: {reason}" if reason != first else "")

    def store(self, folder):
        """Uploads plain names, then odd ones, then all of them once more, to a server that runs."""
        files, left, stored, log, code = self.send(folder, "plain", PLAIN)
        whole = sum(stored.get(name) == files[name] for name in files)
        said = f"stores {whole} of {len(files)}" + (f" ({last_words(log)})" if code else "")
        self.cut(files, set(files) - set(left), programs.USER)
        if whole < len(files) and self.name in WHOLE:
            self.faults.append(said)
        files, left, stored, log, _ = self.send(folder, "odd", ODD)
        kept = f" ({last_words(log)})" if left else ""
        if left and whole:
            self.faults.append(f"not taken: {sorted(left)}{kept}")
        as_written = sum(stored.get(name) == files[name] for name in files)
        others = sum(name not in left and stored.get(name) != files[name] for name in files)
        return (f"{said}; odd names: {as_written} as they are, {others} respelt, {len(left)} not taken{kept}; "
                f"{self.ask_again(folder, stored)}")

    def send(self, folder, place, sizes):
        """Uploads files of these sizes, from a folder and with a state of that name, and compares what was told with what there is.

        Returns their hashes by name, of those that are left, and of what lies on the server; the client's log and code.
        """
        watched = self.scratch / place
        files = self.make_files(watched, sizes)
        log, code, _ = self.upload(watched, self.scratch / f"{place}-state")
        left, stored = tools.digests(watched), tools.digests(folder / programs.USER)
        if lost := [name for name in files if name not in left and files[name] not in stored.values()]:
            self.faults.append(f"wiped, but not on the server: {lost}")
        if astray := [name for name in told_names(log).items() if stored.get(name[1]) != files[name[0]]]:
            self.faults.append(f"not listed by the name that was told: {astray}")
        return files, left, stored, log, code

    def ask_again(self, folder, stored):
        """A client that knows of nothing has the same files: it asks, and nothing is stored twice."""
        files, _, now, log, _ = self.send(folder, "again", {**PLAIN, **ODD})
        if now != stored:
            self.faults.append(f"stored twice: {sorted(set(now) - set(stored))}")
        return f"asked again: {log.count(' already-there=yes')} of {len(files)} known"

    def cut(self, files, promised, below):
        """Copies the image at this moment, as a power cut would leave it, for `after_cut`."""
        if self.kind and (self.scratch / "image").exists():
            tools.copy_sparsely(self.scratch / "image", self.scratch / "copy")
            self.promised = {below + "/" + name: files[name] for name in promised}

    def after_cut(self):
        """How many of the promised files are whole there. Only once the original is unmounted: some kernels take two file
        systems of one name for one."""
        if self.promised is None:
            return "—"
        copy, folder = self.scratch / "copy", self.scratch / "mount"
        if self.kind.repair:
            tools.run(*self.kind.repair, copy, check=False)
        self.kind.mount(copy, folder)
        found = tools.digests(folder)
        tools.unmount(folder)
        lost = [name for name, whole in self.promised.items() if found.get(name) != whole]
        if lost:
            self.faults.append(f"confirmed and wiped, not whole after a power cut: {lost}")
        return f"{len(self.promised) - len(lost)} of {len(self.promised)} whole"

    # As a watched folder

    def as_watched(self, folder):
        """The client on it, with a server that stores on disk."""
        storage = self.scratch / "storage"
        shutil.rmtree(storage, ignore_errors=True)
        storage.mkdir()
        watched = folder / "watched"
        files = self.make_files(watched, PLAIN)
        with self.server(storage) as server:
            if not server:
                return "not tried: " + last_words(self.server_log)
            log, _, seconds = self.upload(watched, self.scratch / "watched-state")
            left = tools.digests(watched, with_hidden=True)
            if left:
                seconds += self.upload(watched, self.scratch / "watched-state", "--wipe-unknown")[2]
            still_left, stored = tools.digests(watched, with_hidden=True), tools.digests(storage / programs.USER)
            state = self.state_on(folder)
        lost = [name for name in files if name not in still_left and stored.get(name) != files[name]]
        if lost:
            self.faults.append(f"neither in the watched folder nor on the server: {lost}")
        kept = f", keeps {len(left)}: {last_words(log)}; with `--wipe-unknown` wipes {len(left) - len(still_left)}" if left else ""
        if left and self.name in WHOLE:
            self.faults.append(f"wipes {len(files) - len(left)} of {len(files)}{kept}")
        return f"sends {sum(stored.get(name) == files[name] for name in files)} of {len(files)}, " \
               f"wipes {len(files) - len(left)}{kept}; in {seconds:.0f} s | {state}"

    def state_on(self, folder):
        """Whether the client's state can lie there, too."""
        watched = self.scratch / "for-state"
        self.make_files(watched, {"S.mp4": 1000})
        log, code, _ = self.upload(watched, folder / "state")
        return "yes" if code == 0 else last_words(log)


REASON = re.compile(r'^\S+ warning .*reason="([^:;"]*)', re.MULTILINE)


CONFIRMED = re.compile(r"^\S+ info confirmed (.*)$", re.MULTILINE)
FIELD = re.compile(r'([\w-]+)=(?:"([^"]*)"|(\S+))')


def told_names(log):
    """By which name each file was confirmed, as the client's log has it. None of ours has anything to escape."""
    lines = [{key: quoted or plain for key, quoted, plain in FIELD.findall(line)} for line in CONFIRMED.findall(log)]
    return {line["path"]: line.get("stored-as", line["path"]) for line in lines}


def last_words(log):
    """Why a program ended, or what it kept: the last reason that it gave, else its last line."""
    found = REASON.findall(log) or log.strip().splitlines() or ["nothing said"]
    return found[-1].replace("|", "\\|").partition(": ")[2 if found[-1].startswith("auto-upload") else 0][:240]


def first_line(reason):
    """The line of an error that says what it is."""
    lines = [line for line in str(reason).splitlines() if "dmesg" not in line]
    return lines[0][-160:].strip()


def row(arguments, installation, name):
    """Tries one file system; returns its faults, or None where it can't be tried."""
    scratch = arguments.scratch / "trial"
    cells, faults = [], []
    for side in ("as_storage", "as_watched"):
        shutil.rmtree(scratch, ignore_errors=True)
        (scratch / "in-memory").mkdir(parents=True)
        trial = Trial(installation, scratch, name)
        try:
            with mounts.PLACES[name](scratch) as folder:
                cell = getattr(trial, side)(folder)
            cells += [cell, trial.after_cut()] if side == "as_storage" else [cell]
        except mounts.NotHere as reason:
            print(f"| {name} | not on this machine: {first_line(reason)} | | | |", flush=True)
            return None
        faults += trial.faults
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    for fault in faults:
        print(f"FAULT {name}: {fault}", flush=True)
    return faults


def main():
    """All file systems, or those that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--scratch", required=True, type=pathlib.Path)
    parser.add_argument("names", nargs="*", help="; ".join(mounts.PLACES))
    arguments = parser.parse_args()
    installation = programs.Installation(arguments.binaries, arguments.scratch / "installation")
    print(f"Linux {platform.release()}\n\n| file system | as storage | after a power cut | as watched folder | state of the client |\n|---|---|---|---|---|")
    outcomes = [row(arguments, installation, name) for name in arguments.names or mounts.PLACES]
    tried = [faults for faults in outcomes if faults is not None]
    print(f"{len(tried)} file systems tried, {sum(map(len, tried))} faults")
    return 1 if any(tried) or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
