"""Programs that write into a watched folder, each with pauses that are longer than what the client takes for settled.

A writer is a function that is given a `Job`: it writes below `job.folder`, and notes in `job.expected` what it has ended with. Its
name is what the table of docs/CLIENT.md calls it.
"""
import contextlib
import dataclasses
import ftplib
import hashlib
import pathlib
import random
import socket
import struct
import subprocess
import time

SETTLE = 10
PAUSE = 2.5 * SETTLE
"""Seconds: as long a writer says nothing, with its file open."""
BREAK = 1.7 * SETTLE
"""Seconds: until a sender is broken off in its pause, when the client has found its file open."""
GAP = 2
"""Seconds between a break and its resumption: shorter than what counts as settled, as --settle is to be longer than it."""
SIZE = 600_000
ALL = {}


def writer(name, *programs):
    """Names a writer, and the programs that it takes."""
    def register(function):
        ALL[name] = (function, programs)
        return function
    return register


@dataclasses.dataclass
class Job:
    """One writer's run."""

    folder: pathlib.Path
    scratch: pathlib.Path
    services: object
    expected: dict = dataclasses.field(default_factory=dict)
    """SHA-256 of each file that the writer has ended with, by its path below the folder."""
    may_store: list = dataclasses.field(default_factory=list)
    """Patterns of what else may be stored: states that were whole when they were."""
    is_late: bool = False
    """Whether this machine was too busy to go on with what was broken off before it had settled: then it says nothing."""

    @contextlib.contextmanager
    def resumption(self):
        """Goes on, after a while, with what has just been broken off."""
        broken = time.monotonic()
        time.sleep(GAP)
        yield
        self.is_late = time.monotonic() - broken > SETTLE

    def source(self, name, size=SIZE):
        """A file with content of its own, which the writer copies."""
        path = self.scratch / name
        content = random.randbytes(size)
        path.write_bytes(content)
        return path

    def ends_with(self, name, path):
        """The writer has made a file of what is at the path."""
        self.expected[name] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def run(*command, check=True, **options):
    """Runs a program to its end."""
    words = [str(word) for word in command]
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(words, capture_output=True, check=False, **options)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')[-500:]}")
    return done


def run_for(seconds, *command):
    """Runs a program, and breaks it off after a time."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# What records

MOVIE = ("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=40", "-c:v", "mpeg4", "-b:v", "60k", "-g", "10",
         "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1")
FFMPEG = {
    "ffmpeg, segments of mp4": ("-f", "segment", "-segment_time", "8", "-reset_timestamps", "1", "s%03d.mp4"),
    "ffmpeg, segments of mkv": ("-f", "segment", "-segment_time", "8", "-reset_timestamps", "1", "s%03d.mkv"),
    "ffmpeg, segments of ts": ("-f", "segment", "-segment_time", "8", "s%03d.ts"),
    "ffmpeg, segments of mp4, faststart": (
        "-f", "segment", "-segment_time", "8", "-segment_format_options", "movflags=+faststart", "s%03d.mp4"),
    "ffmpeg, one mp4": ("movie.mp4",),
    "ffmpeg, one mp4, faststart": ("-movflags", "+faststart", "movie.mp4"),
    "ffmpeg, one mp4, fragmented": ("-movflags", "+frag_keyframe+empty_moov", "movie.mp4"),
    "ffmpeg, one mkv": ("movie.mkv",),
    "ffmpeg, HLS": ("-f", "hls", "-hls_time", "8", "-hls_list_size", "0", "live.m3u8"),
}


def record(job, output):
    """Records in real time, and once more beside at once: the same bytes, to compare with."""
    copy = job.scratch / "copy"
    copy.mkdir()
    quiet = ("ffmpeg", "-nostdin", "-v", "error")
    run(*quiet, *MOVIE, *output, cwd=copy)
    run(*quiet, "-re", *MOVIE, *output, cwd=job.folder)
    for path in copy.iterdir():
        job.ends_with(path.name, path)
    # Each state of a playlist is whole when it is closed.
    job.may_store += ["live*.m3u8"]


for name_of_output, options_of_output in FFMPEG.items():
    ALL[name_of_output] = (lambda job, output=options_of_output: record(job, output), ("ffmpeg",))


def pipeline(job, *sink):
    """Records by GStreamer; what comes can't be made a second time byte by byte, so that frames are counted."""
    source = ("videotestsrc", "is-live=true", "num-buffers=300", "!", "video/x-raw,width=160,height=120,framerate=10/1", "!",
              "x264enc", "speed-preset=ultrafast", "tune=zerolatency", "key-int-max=10", "!", "h264parse")
    run("gst-launch-1.0", "-q", "-e", *source, "!", *sink, cwd=job.folder)
    job.expected["frames"] = 300


GSTREAMER = {
    "GStreamer, splitmuxsink of mp4": ("splitmuxsink", "location=p%03d.mp4", "max-size-time=8000000000"),
    "GStreamer, splitmuxsink of mkv": (
        "splitmuxsink", "location=p%03d.mkv", "max-size-time=8000000000", "muxer-factory=matroskamux"),
    "GStreamer, splitmuxsink that ends files aside": (
        "splitmuxsink", "location=p%03d.mp4", "max-size-time=8000000000", "async-finalize=true", "muxer-factory=mp4mux"),
}
for name_of_sink, sink_of_name in GSTREAMER.items():
    ALL[name_of_sink] = (lambda job, sink=sink_of_name: pipeline(job, *sink), ("gst-launch-1.0", "ffprobe"))


# What sends

@writer("rsync", "rsync")
def rsync(job):
    """Slowly, into a temporary name."""
    path = job.source("a.mp4", 3_000_000)
    run("rsync", "-a", "--bwlimit=200", path, job.folder / "a.mp4")
    job.ends_with("a.mp4", path)


@writer("rsync --inplace", "rsync")
def rsync_in_place(job):
    """Slowly, under the final name."""
    path = job.source("a.mp4", 3_000_000)
    run("rsync", "-a", "--inplace", "--bwlimit=200", path, job.folder / "a.mp4")
    job.ends_with("a.mp4", path)


@writer("rsync --partial, broken off and gone on with", "rsync")
def rsync_partial(job):
    """The part has its final name, and the time 0, which is held for a day."""
    path = job.source("a.mp4", 3_000_000)
    run_for(SETTLE, "rsync", "-a", "--partial", "--bwlimit=200", path, job.folder / "a.mp4")
    time.sleep(GAP + PAUSE)
    run("rsync", "-a", "--partial", path, job.folder / "a.mp4")
    job.ends_with("a.mp4", path)


@writer("rsync --delay-updates", "rsync")
def rsync_delay_updates(job):
    """Whole files wait in a folder of their own for the end of all."""
    folder = job.scratch / "several"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        job.ends_with(name, job.source(f"several/{name}", 1_500_000))
    run("rsync", "-r", "--delay-updates", "--bwlimit=200", f"{folder}/", f"{job.folder}/")


@writer("wget", "wget")
def wget(job):
    """From a server that pauses in the midst."""
    url, path = job.services.slow_page(job, PAUSE)
    run("wget", "-q", "-O", job.folder / "a.bin", url)
    job.ends_with("a.bin", path)


@writer("wget -c, broken off and gone on with", "wget")
def wget_again(job):
    """A second run appends to the part."""
    url, path = job.services.slow_page(job, PAUSE)
    run_for(BREAK, "wget", "-q", "-O", job.folder / "a.bin", url)
    with job.resumption():
        run("wget", "-q", "-c", "-O", job.folder / "a.bin", url)
    job.ends_with("a.bin", path)


@writer("curl", "curl")
def curl(job):
    """From a server that pauses in the midst."""
    url, path = job.services.slow_page(job, PAUSE)
    run("curl", "-sfo", job.folder / "a.bin", url)
    job.ends_with("a.bin", path)


@writer("curl -C -, broken off and gone on with", "curl")
def curl_again(job):
    """A second run appends to the part."""
    url, path = job.services.slow_page(job, PAUSE)
    run_for(BREAK, "curl", "-sfo", job.folder / "a.bin", url)
    with job.resumption():
        run("curl", "-sf", "-C", "-", "-o", job.folder / "a.bin", url)
    job.ends_with("a.bin", path)


@writer("rclone", "rclone")
def rclone(job):
    """Slowly, under the final name."""
    path = job.source("a.mp4", 3_000_000)
    run("rclone", "--config", "/dev/null", "-q", "copy", "--bwlimit", "200k", path, job.folder)
    job.ends_with("a.mp4", path)


@writer("scp", "scp", "sshd")
def scp(job):
    """Slowly: the protocol of sftp, in its program."""
    path = job.source("a.mp4", 1_500_000)
    run("scp", "-q", *job.services.ssh("-P"), "-l", "800", path, f"127.0.0.1:{job.folder}/a.mp4")
    job.ends_with("a.mp4", path)


@writer("sftp, broken off and gone on with (reput)", "sftp", "sshd")
def sftp(job):
    """A second run appends to the part."""
    path, again = job.source("a.mp4", 1_500_000), job.scratch / "again"
    run_for(SETTLE, "scp", "-q", *job.services.ssh("-P"), "-l", "800", path, f"127.0.0.1:{job.folder}/a.mp4")
    again.write_text(f"reput {path} {job.folder}/a.mp4\n", encoding="ascii")
    with job.resumption():
        run("sftp", "-q", *job.services.ssh("-P"), "-b", again, "127.0.0.1")
    job.ends_with("a.mp4", path)


@writer("Samba", "smbd", "smbclient")
def samba(job):
    """By a client that pauses in the midst."""
    path = job.source("a.mp4")
    with subprocess.Popen(["sh", "-c", f"head -c {SIZE // 2} '{path}'; sleep {PAUSE}; tail -c +{SIZE // 2 + 1} '{path}'"],
                          stdout=subprocess.PIPE) as halves:
        run(*job.services.smbclient(), "-c", f"cd {job.folder.name}; put - a.mp4", stdin=halves.stdout)
    job.ends_with("a.mp4", path)


# FTP: each server by the same senders

def connect(job, server):
    """A connection to a server that is in the job's folder."""
    client = ftplib.FTP()
    client.connect("127.0.0.1", job.services.ftp(server), timeout=300)
    client.login(*(("anonymous", "") if server == "vsftpd" else ("camera", "camera")))
    client.cwd(job.folder.name)
    client.voidcmd("TYPE I")
    return client


def pausing(job, server):
    """Half of a file, a pause, the rest."""
    path = job.source("a.mp4")
    content = path.read_bytes()
    client = connect(job, server)
    with client.transfercmd("STOR a.mp4") as data:
        data.sendall(content[:SIZE // 2])
        time.sleep(PAUSE)
        data.sendall(content[SIZE // 2:])
    client.voidresp()
    job.ends_with("a.mp4", path)


def resuming(job, server):
    """Half of a file, a broken link, and the rest behind what the server has of it."""
    path = job.source("a.mp4")
    content = path.read_bytes()
    first = connect(job, server)
    data = first.transfercmd("STOR a.mp4")
    data.sendall(content[:SIZE // 2])
    time.sleep(BREAK)
    for end in (data, first.sock):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()
    with job.resumption():
        second = connect(job, server)
        there = second.size("a.mp4") or 0
        with second.transfercmd("STOR a.mp4", rest=there) as data:
            data.sendall(content[there:])
        second.voidresp()
    job.ends_with("a.mp4", path)


for name_of_server, program_of_server in (("vsftpd", "vsftpd"), ("ProFTPD", "proftpd"), ("Pure-FTPd", "pure-ftpd")):
    for name_of_sender, sender in (("a sender that pauses", pausing), ("broken off and gone on with", resuming)):
        ALL[f"{name_of_server}, {name_of_sender}"] = (
            lambda job, send=sender, server=program_of_server: send(job, server), (program_of_server,))
