"""Real recorders and senders beside a client that wipes: at the end the server has what each writer ended with, and nothing else.

Prints a line for each writer; leaves 0 when all is right, 1 when something is wrong, which is told.
"""
import argparse
import concurrent.futures
import fnmatch
import pathlib
import re
import subprocess
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "PowerCuts"))
import programs  # noqa: E402
import services  # noqa: E402
import tools  # noqa: E402
import writers  # noqa: E402


def main():
    options = parse_arguments()
    chosen = {name: one for name, one in writers.ALL.items() if any(word.lower() in name.lower() for word in options.only or [""])}
    missing = {name: [program for program in needed if not is_there(program, options.unpacked)]
               for name, (_, needed) in chosen.items()}
    left_out = {name for name, programs_of in missing.items() if programs_of}
    for name in sorted(left_out):
        print(f"LEFT OUT  {name}: {', '.join(missing[name])} isn't installed")
    rig = Rig(options)
    try:
        faults = rig.run({name: one for name, (one, _) in chosen.items() if name not in left_out})
    finally:
        rig.end()
    print(f"{len(chosen) - len(left_out)} writers, {faults} faults", flush=True)
    return 1 if faults else 0


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True, type=pathlib.Path)
    parser.add_argument("--scratch", required=True, type=pathlib.Path)
    parser.add_argument("--unpacked", required=True, type=pathlib.Path)
    parser.add_argument("only", nargs="*")
    return parser.parse_args()


def is_there(program, unpacked):
    """Whether a program is installed, or was unpacked; daemons lie beside the others."""
    folders = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin", unpacked / "usr/sbin")
    return any((pathlib.Path(folder) / program).exists() for folder in folders)


class Rig:
    """A server, and a client that watches a folder which all writers share."""

    def __init__(self, options):
        self.scratch = options.scratch
        self.watched, self.storage = self.scratch / "watched", self.scratch / "storage"
        for folder in (self.watched, self.storage):
            folder.mkdir()
        self.installation = programs.Installation(options.binaries, self.scratch / "installation")
        self.server = self.installation.start_server(self.storage, self.scratch / "server.log")
        self.services = services.Services(self.scratch, self.watched, options.unpacked)
        log = open(self.scratch / "client.log", "wb")
        self.client = subprocess.Popen(
            self.installation.client_command(
                self.watched, self.scratch / "state", "--interval", 1, settle=writers.SETTLE),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self):
        """Ends what was started."""
        self.services.end()
        for process in (self.client, self.server):
            process.terminate()
            process.wait(60)

    def run(self, chosen):
        """Runs the writers side by side, and judges them when nothing of what they wrote is left.

        Returns how many went wrong.
        """
        with concurrent.futures.ThreadPoolExecutor(len(chosen) or 1) as pool:
            jobs = list(pool.map(lambda item: self.write(*item), enumerate(chosen.items())))
        # What was stopped in its midst is wiped as anything else, when it has settled.
        left = f"the client to wipe {self.watched}"
        try:
            tools.wait_until(lambda: self.client.poll() is not None or not tools.digests(self.watched, True), left, 300)
        except TimeoutError:
            print(f"still there: {sorted(tools.digests(self.watched, True))}")
        return sum(self.judge(name, job, error) for name, job, error in jobs)

    def write(self, number, named):
        """Runs one writer."""
        name, write = named
        job = writers.Job(self.watched / f"w{number}", self.scratch / f"source{number}", self.services)
        for folder in (job.folder, job.scratch):
            folder.mkdir()
        job.folder.chmod(0o777)
        try:
            write(job)
        except Exception:  # pylint: disable=broad-except  # each kind is a fault to be told
            return name, job, traceback.format_exc(limit=-1).strip()
        return name, job, None

    def judge(self, name, job, error):
        """Compares what is stored with what the writer has ended with. Returns 1 for a fault."""
        if job.is_late:
            print(f"UNJUDGED  {name}: this machine was too busy to go on in time", flush=True)
            return 0
        stored = tools.digests(self.storage / programs.USER / job.folder.name)
        if "frames" in job.expected:
            faults = self.judge_frames(job, stored)
        else:
            wrong = {path for path, digest in job.expected.items() if stored.get(path) != digest}
            faults = [f"{path} isn't what was written" if path in stored else f"{path} isn't there" for path in sorted(wrong)]
            extra = (path for path in stored if path not in job.expected)
            faults += [f"{path} is there" for path in extra
                       if not any(fnmatch.fnmatch(path, pattern) for pattern in job.may_store)]
            # A playlist under its own name may be an earlier state: the last one has a name of its own.
            faults = [fault for fault in faults if not self.is_stored_beside(job, stored, fault)]
        if error:
            faults.append(error)
        print(f"{'FAULT' if faults else 'right':9} {name}: {'; '.join(faults) or f'{len(stored)} files'}", flush=True)
        return 1 if faults else 0

    def is_stored_beside(self, job, stored, fault):
        """Whether a file that may have earlier states is stored under another name."""
        path = fault.split(" ")[0]
        return any(fnmatch.fnmatch(path, pattern) for pattern in job.may_store) and job.expected.get(path) in stored.values()

    def judge_frames(self, job, stored):
        """All frames are there, in files that can be played."""
        frames = 0
        for path in stored:
            counted = writers.run(
                "ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames",
                "-of", "csv=p=0", self.storage / programs.USER / job.folder.name / path, check=False)
            frames += int(re.sub(rb"\D", b"", counted.stdout) or 0)
        return [] if frames == job.expected["frames"] else [f"{frames} frames of {job.expected['frames']}: {sorted(stored)}"]


if __name__ == "__main__":
    begun = time.monotonic()
    code = main()
    print(f"{time.monotonic() - begun:.0f} s")
    sys.exit(code)
