"""Servers that writers need, each private to the rig's own network."""
import http.server
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "PowerCuts"))
import tools  # noqa: E402
from writers import run  # noqa: E402

SSH, SMB, WEB, VSFTPD, PUREFTPD, PROFTPD = 2222, 4455, 8099, 2121, 2122, 2123


class Services:
    """Starts what is asked for, once, and ends all of it."""

    def __init__(self, scratch, watched, unpacked):
        """`unpacked`: where packages were unpacked that don't stand each other."""
        self.scratch, self.watched, self.unpacked, self.processes = scratch, watched, unpacked, []
        self.ftp_ports = {}
        self.lock, self.pages, self.web = threading.Lock(), {}, None
        self.ssh_options = self.smb_configuration = None

    def end(self):
        """Ends what was started, by its own process."""
        if self.web:
            self.web.shutdown()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)

    def start(self, port, *command):
        """Starts a server, as it was unpacked or else installed, and waits until it listens."""
        name, *words = command
        unpacked = self.unpacked / "usr/sbin" / name
        log = open(self.scratch / f"{name}.log", "wb")
        libraries = f"{self.unpacked}/usr/lib/{os.uname().machine}-linux-gnu"
        process = subprocess.Popen(
            [unpacked if unpacked.exists() else f"/usr/sbin/{name}", *map(str, words)], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env={**os.environ, "LD_LIBRARY_PATH": libraries},
            start_new_session=True)  # smbd ends all of its group with itself
        self.processes.append(process)
        tools.wait_until(lambda: answers(port), f"{name} to listen")

    def ssh(self, port_option):
        """Options for scp and sftp, to a server that lets in who runs this."""
        with self.lock:
            if self.ssh_options is None:
                self.start_ssh()
        return (port_option, SSH, *self.ssh_options)

    def start_ssh(self):
        folder = self.scratch / "ssh"
        folder.mkdir(mode=0o700)
        for name in ("host", "user"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
        (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        settings = (f"Port={SSH}", "ListenAddress=127.0.0.1", f"HostKey={folder}/host", f"AuthorizedKeysFile={folder}/authorized",
                    "PidFile=none", "StrictModes=no", "UsePAM=no", "PermitRootLogin=yes", "Subsystem=sftp internal-sftp")
        self.start(SSH, "sshd", "-D", "-e", "-f", "/dev/null", *(word for one in settings for word in ("-o", one)))
        self.ssh_options = ("-i", folder / "user", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known")

    def smbclient(self):
        """The command of a client of a share of the watched folder."""
        with self.lock:
            if self.smb_configuration is None:
                self.start_smb()
        return ("smbclient", "-s", self.smb_configuration, "-p", SMB, "-N", "//127.0.0.1/watched")

    def start_smb(self):
        folder = self.scratch / "smb"
        folder.mkdir()
        configuration = folder / "smb.conf"
        configuration.write_text(
            f"[global]\nserver role = standalone server\nmap to guest = Bad User\nguest account = root\nsmb ports = {SMB}\n"
            f"interfaces = lo\nbind interfaces only = yes\ndisable spoolss = yes\nload printers = no\nlog file = {folder}/log\n"
            f"lock directory = {folder}\nstate directory = {folder}\ncache directory = {folder}\nprivate dir = {folder}\n"
            f"pid directory = {folder}\nncalrpc dir = {folder}/ncalrpc\n"
            "[watched]\n"
            f"path = {self.watched}\nguest ok = yes\nguest only = yes\nread only = no\n", encoding="ascii")
        self.start(SMB, "smbd", "-F", "--no-process-group", "-s", configuration)
        self.smb_configuration = configuration

    def ftp(self, server):
        """The port of one that lets its user add files to the watched folder."""
        starts = {"vsftpd": self.start_vsftpd, "pure-ftpd": self.start_pureftpd, "proftpd": self.start_proftpd}
        with self.lock:
            if server not in self.ftp_ports:
                self.ftp_ports[server] = starts[server]()
        return self.ftp_ports[server]

    def start_vsftpd(self):
        configuration = self.scratch / "vsftpd.conf"
        configuration.write_text(
            f"listen=YES\nlisten_port={VSFTPD}\nanonymous_enable=YES\nno_anon_password=YES\nanon_root={self.watched}\n"
            "run_as_launching_user=YES\nwrite_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\n"
            "anon_other_write_enable=YES\nanon_umask=022\nbackground=NO\nseccomp_sandbox=NO\nallow_writeable_chroot=YES\n",
            encoding="ascii")
        self.start(VSFTPD, "vsftpd", configuration)
        return VSFTPD

    def start_pureftpd(self):
        database, users = self.scratch / "pure.pdb", self.scratch / "pure.passwd"
        run(self.unpacked / "usr/bin/pure-pw", "useradd", "camera", "-u", "1", "-g", "1", "-d", self.watched, "-f", users,
            stdin=None, input=b"camera\ncamera\n")
        run(self.unpacked / "usr/bin/pure-pw", "mkdb", database, "-f", users)
        self.start(PUREFTPD, "pure-ftpd", "-S", f"127.0.0.1,{PUREFTPD}", "-l", f"puredb:{database}",
                   "-u", "1", "-H")
        return PUREFTPD

    def start_proftpd(self):
        configuration, users = self.scratch / "proftpd.conf", self.scratch / "proftpd.users"
        hashed = run("openssl", "passwd", "-6", "-stdin", stdin=None, input=b"camera\n").stdout.decode().strip()
        users.write_text(f"camera:{hashed}:0:0::{self.watched}:/bin/sh\n", encoding="ascii")
        users.chmod(0o600)
        configuration.write_text(
            f"ServerType standalone\nDefaultAddress 127.0.0.1\nPort {PROFTPD}\nUser root\nGroup root\nRootLogin on\nUseIPv6 off\n"
            f"AuthOrder mod_auth_file.c\nAuthUserFile {users}\nRequireValidShell off\nAllowOverwrite on\n"
            f"AllowStoreRestart on\nPidFile {self.scratch}/proftpd.pid\nScoreboardFile {self.scratch}/proftpd.scores\n"
            f"DelayEngine off\nWtmpLog off\nTransferLog none\nModulePath {self.unpacked}/usr/lib/proftpd\n", encoding="ascii")
        self.start(PROFTPD, "proftpd", "-n", "-c", configuration)
        return PROFTPD

    def slow_page(self, job, pause):
        """A URL whose first whole answer pauses in its midst, and what it gives."""
        path = job.source("page.bin")
        with self.lock:
            if self.web is None:
                self.start_web()
            number = len(self.pages)
            self.pages[number] = (path.read_bytes(), pause)
        return f"http://127.0.0.1:{WEB}/{number}", path

    def start_web(self):
        services = self

        class Pages(http.server.BaseHTTPRequestHandler):
            """Whole or from an offset on."""

            def do_GET(self):
                content, pause = services.pages[int(self.path[1:])]
                asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                start = int(asked[1]) if asked else 0
                self.send_response(206 if asked else 200)
                if asked:
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                half = max(start, len(content) // 2)
                try:
                    self.wfile.write(content[start:half])
                    if not asked:
                        time.sleep(pause)
                    self.wfile.write(content[half:])
                except OSError:
                    pass  # the client was broken off

            def log_message(self, *_):
                pass

        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", WEB), Pages)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()


def answers(port):
    """Whether somebody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5):
            return True
    except OSError:
        return False
