"""What every part of the rig needs: commands, waiting, and looking at a tree of files."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import time

# Long beyond reason, so that only what hangs runs into it: a busy machine must not make a run fail.
PATIENCE = 600


def run(*words, check=True, **options):
    """Runs a command to its end; raises with its last words if it fails and `check` is set."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE, **options)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done


def load(*modules):
    """Loads modules of the kernel, where it has any."""
    if shutil.which("modprobe", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        run("modprobe", "-a", "--quiet", *modules, check=False)


def wait_until(condition, what, seconds=PATIENCE):
    """Waits until `condition()` is true, and raises if it takes forever."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def unmount(folder):
    """Unmounts as soon as nobody uses the file system any more."""
    wait_until(lambda: run("umount", folder, check=False).returncode == 0, f"umount of {folder}", 60)


def digest(path):
    """The SHA-256 of a file; what is wrong with one that can't be read, as after a power cut."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return error.strerror


def digests(root, with_hidden=False):
    """The SHA-256 of each file below a folder, by its path. What begins with `.auto-upload` is the programs' own."""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".auto-upload")]
        for name in files:
            if with_hidden or not name.startswith(".auto-upload"):
                path = pathlib.Path(folder, name)
                found[str(path.relative_to(root))] = digest(path)
    return found


def flush_folder(folder):
    """Flushes a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def copy_sparsely(source, target):
    """Copies an image with its holes."""
    run("cp", "--sparse=always", source, target)
