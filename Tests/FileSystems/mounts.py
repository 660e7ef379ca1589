"""File systems as people have them: each mounted in a scratch folder, by whatever the running kernel and machine have."""
import contextlib
import dataclasses
import os
import pathlib
import shutil
import socket
import subprocess

import kinds
import programs
import tools

FOREVER = 3600


class NotHere(Exception):
    """Why a file system can't be tried on this machine."""


def needs(*commands):
    """Raises unless all of these commands are there."""
    for command in commands:
        if not shutil.which(command, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            raise NotHere(f"{command} isn't installed")


@contextlib.contextmanager
def mounted(folder, *command):
    """Mounts by a command, as long as the block lasts."""
    folder.mkdir()
    try:
        tools.run(*command)
    except (RuntimeError, OSError) as error:
        raise NotHere(str(error)) from error
    try:
        yield folder
    finally:
        tools.unmount(folder)


@contextlib.contextmanager
def image(scratch, kind, *make):
    """A file system on an image of its own, which can be looked at as after a power cut; `make`: more for what makes it."""
    kind = kinds.KINDS[kind]
    kind = dataclasses.replace(kind, make=(*kind.make, *make))
    needs(kind.make[0])
    if reason := kind.reason_against(scratch):
        raise NotHere(reason)
    folder = scratch / "mount"
    folder.mkdir()
    kind.make_on(scratch / "image")
    kind.mount(scratch / "image", folder)
    try:
        yield folder
    finally:
        tools.unmount(folder)


@contextlib.contextmanager
def subvolume(scratch):
    """btrfs, where the user's folder is a subvolume."""
    with image(scratch, "btrfs") as folder:
        tools.run("btrfs", "subvolume", "create", folder / programs.USER)
        yield folder


@contextlib.contextmanager
def project(scratch):
    """xfs, where the user's folder belongs to a project of its own, as quotas have it."""
    with image(scratch, "xfs") as folder:
        (folder / programs.USER).mkdir()
        tools.run("xfs_io", "-c", "chproj 42", "-c", "chattr +P", folder / programs.USER)
        yield folder


@contextlib.contextmanager
def casefold(scratch, kind, *make, user_only=False):
    """Names that differ in case are one in every folder there, or only in a user's."""
    needs("chattr")
    with image(scratch, kind, *make) as folder:
        place = folder / programs.USER if user_only else folder
        if user_only:
            place.mkdir()
        # Only an empty folder takes that.
        for other in place.iterdir():
            other.rmdir()
        try:
            tools.run("chattr", "+F", place)
        except RuntimeError as error:
            raise NotHere(str(error)) from error
        yield folder


@contextlib.contextmanager
def memory(scratch):
    """tmpfs."""
    with mounted(scratch / "mount", "mount", "-t", "tmpfs", "tmpfs", scratch / "mount") as folder:
        yield folder


@contextlib.contextmanager
def overlay(scratch, options="", in_memory=False):
    """overlayfs, with its upper layer on disk or in memory."""
    with contextlib.ExitStack() as stack:
        layers = stack.enter_context(memory(scratch / "in-memory")) if in_memory else scratch
        for name in ("lower", "upper", "workdir"):
            (layers / name).mkdir()
        layout = f"lowerdir={layers}/lower,upperdir={layers}/upper,workdir={layers}/workdir{options}"
        yield stack.enter_context(
            mounted(scratch / "mount", "mount", "-t", "overlay", "-o", layout, "overlay", scratch / "mount"))


@contextlib.contextmanager
def bound(scratch):
    """bindfs, over a folder on disk."""
    needs("bindfs")
    (scratch / "below").mkdir()
    with mounted(scratch / "mount", "bindfs", scratch / "below", scratch / "mount") as folder:
        yield folder


@contextlib.contextmanager
def over_ssh(scratch):
    """sshfs, which speaks to an sftp-server without any ssh between them."""
    needs("sshfs")
    server = pathlib.Path("/usr/lib/openssh/sftp-server")
    if not server.exists():
        raise NotHere(f"{server} isn't installed")
    (scratch / "below").mkdir()
    folder = scratch / "mount"
    folder.mkdir()
    ours, theirs = socket.socketpair()
    there = subprocess.Popen([server], stdin=theirs, stdout=theirs)
    here = subprocess.Popen(["sshfs", "-f", "-o", "passive", f"host:{scratch}/below", folder], stdin=ours, stdout=ours)
    ours.close()
    theirs.close()
    try:
        tools.wait_until(lambda: os.path.ismount(folder) or programs.has_ended(here), "sshfs", 60)
        if programs.has_ended(here):
            raise NotHere("sshfs ended")
        yield folder
    finally:
        tools.run("umount", folder, check=False)
        programs.end(here)
        programs.end(there)


@contextlib.contextmanager
def ntfs_by_fuse(scratch):
    """ntfs-3g on an image."""
    needs("mkntfs", "ntfs-3g")
    kind = kinds.KINDS["ntfs3"]
    kind.make_on(scratch / "image")
    with mounted(scratch / "mount", "ntfs-3g", "-o", "umask=077", scratch / "image", scratch / "mount") as folder:
        yield folder


@contextlib.contextmanager
def nfs(scratch, version):
    """The kernel's own NFS server, over loopback."""
    needs("exportfs", "rpc.nfsd", "rpc.mountd", "rpcbind", "mount.nfs")
    export = scratch / "export"
    export.mkdir()
    tools.load("nfsd", "nfs")
    for folder, kind in (("/proc/fs/nfsd", "nfsd"), ("/var/lib/nfs/rpc_pipefs", "rpc_pipefs")):
        if not os.path.ismount(folder):
            tools.run("mount", "-t", kind, kind, folder, check=False)
    if not os.path.ismount("/proc/fs/nfsd"):
        raise NotHere("this kernel has no nfsd")
    for command in (("rpcbind", "-w"), ("rpc.statd", "--no-notify"), ("rpc.mountd",)):
        tools.run(*command, check=False)
    tools.run("exportfs", "-o", "rw,no_root_squash,insecure,sync,no_subtree_check,fsid=13", f"127.0.0.1:{export}")
    # A server that was just started waits for clients of its predecessor, for 90 s unless told otherwise.
    tools.run("rpc.nfsd", "--grace-time", "10", "--lease-time", "10", "4")
    where = scratch / "mount"
    try:
        with mounted(where, "mount", "-t", "nfs", "-o", f"vers={version}", f"127.0.0.1:{export}", where) as folder:
            yield folder
    finally:
        tools.run("exportfs", "-u", f"127.0.0.1:{export}", check=False)
        tools.run("rpc.nfsd", "0", check=False)


SAMBA = """[global]
map to guest = Bad User
private dir = {0}/samba
lock directory = {0}/samba
state directory = {0}/samba
cache directory = {0}/samba
pid directory = {0}/samba
ncalrpc dir = {0}/samba/ncalrpc
log file = {0}/samba/log
load printers = no
disable spoolss = yes
[share]
path = {0}/below
guest ok = yes
read only = no
force user = root
"""


@contextlib.contextmanager
def cifs(scratch, more=""):
    """Samba, over loopback; `more`: options of the mount."""
    needs("smbd", "mount.cifs")
    tools.load("cifs")
    for name in ("samba", "below"):
        (scratch / name).mkdir()
    (scratch / "smb.conf").write_text(SAMBA.format(scratch), encoding="utf-8")
    server = subprocess.Popen(["smbd", "-F", "--no-process-group", "-s", scratch / "smb.conf"],
                              # It ends its whole process group.
                              stdin=subprocess.DEVNULL, start_new_session=True)
    where = scratch / "mount"
    try:
        tools.wait_until(lambda: is_open(445) or programs.has_ended(server), "smbd", 120)
        # Without these everybody can read what lies there, and no key for receipts is made.
        options = "guest,vers=3.1.1,file_mode=0600,dir_mode=0700" + more
        with mounted(where, "mount", "-t", "cifs", "-o", options, "//127.0.0.1/share", where) as folder:
            yield folder
    finally:
        programs.end(server)


def is_open(port):
    """Whether somebody listens on loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5):
            return True
    except OSError:
        return False


# Each row of docs/FILESYSTEMS.md that can be tried by itself.
PLACES = {
    **{name: (lambda scratch, name=name: image(scratch, name))
       for name in ("ext4", "ext4-nojournal", "xfs", "btrfs", "f2fs", "vfat", "exfat", "ntfs3")},
    "btrfs, a user's subvolume": subvolume,
    "xfs, a user's project": project,
    "ext4, casefold": lambda scratch: casefold(scratch, "ext4", "-O", "casefold"),
    "ext4, a user's folder with casefold": lambda scratch: casefold(scratch, "ext4", "-O", "casefold", user_only=True),
    "f2fs, casefold": lambda scratch: casefold(scratch, "f2fs", "-O", "casefold", "-C", "utf8"),
    "ntfs-3g": ntfs_by_fuse,
    "nfs4": lambda scratch: nfs(scratch, "4.2"),
    "nfs3": lambda scratch: nfs(scratch, "3"),
    "cifs": cifs,
    "cifs, nobrl": lambda scratch: cifs(scratch, ",nobrl"),
    "overlay": overlay,
    "overlay, volatile": lambda scratch: overlay(scratch, ",volatile"),
    "overlay, upper layer in memory": lambda scratch: overlay(scratch, in_memory=True),
    "bindfs": bound,
    "sshfs": over_ssh,
    "tmpfs": memory,
}
