"""File systems on loop images: how each is made and mounted, and whether the running kernel has it."""
import dataclasses
import pathlib
import tempfile

import tools


@dataclasses.dataclass(frozen=True)
class Kind:
    """A file system on an image, perhaps with options of its own."""

    name: str
    mount_type: str
    make: tuple
    mebibytes: int = 256
    options: str = "noatime"
    # What repairs it after a power cut, as an installation would at its start. None: mounting does.
    repair: tuple = ()
    # A name that is torn in two leaves the short one of old: R1.MP4 for R1.mp4.
    tears_names: bool = False
    # What the server needs to accept it as its storage.
    server_options: tuple = ()

    def make_on(self, image):
        """Makes an empty one."""
        tools.run("truncate", "-s", f"{self.mebibytes}M", image)
        tools.run(*self.make, image)

    def mount(self, device, folder):
        """Mounts a device, or an image by a loop device that goes with the mount."""
        loop = ",loop" if pathlib.Path(device).is_file() else ""
        tools.run("mount", "-t", self.mount_type, "-o", self.options + loop, device, folder)

    def reason_against(self, scratch):
        """Why it can't be tried on this machine; None if it can."""
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            tools.load(self.mount_type)
            image, mount_point = pathlib.Path(folder, "image"), pathlib.Path(folder, "mount")
            mount_point.mkdir()
            try:
                self.make_on(image)
                self.mount(image, mount_point)
                tools.unmount(mount_point)
            except (RuntimeError, OSError) as error:
                return str(error)
        return None


EXT4 = ("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0")
KINDS = {
    kind.name: kind
    for kind in (
        Kind("ext4", "ext4", EXT4),
        Kind("ext4-nojournal", "ext4", (*EXT4, "-O", "^has_journal"), repair=("e2fsck", "-fy")),
        Kind("ext4-writeback", "ext4", EXT4, options="noatime,data=writeback"),
        Kind("xfs", "xfs", ("mkfs.xfs", "-q", "-f", "-K"), 320),
        Kind("btrfs", "btrfs", ("mkfs.btrfs", "-q", "-f", "-K"), 384),
        Kind("f2fs", "f2fs", ("mkfs.f2fs", "-q", "-f")),
        # Without rights of their own, files have those of the mount: the server's key must be nobody else's.
        Kind("vfat", "vfat", ("mkfs.vfat", "-F", "32"), options="noatime,umask=077", tears_names=True),
        Kind("exfat", "exfat", ("mkfs.exfat",), options="noatime,umask=077"),
        Kind("ntfs3", "ntfs3", ("mkntfs", "-q", "-F", "-Q"), options="noatime,umask=077,force"),
    )
}
