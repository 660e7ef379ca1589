"""Our own programs, as an installation runs them: one user, certificates, a server and a client on loopback."""
import hashlib
import os
import pathlib
import secrets
import socket
import subprocess

import tools

USER = "cam"
# The rig has a network of its own (scripts/powercut), so that this is free, also when a recorded run goes on: server and port
# name the client's state.
PORT = 4433


class Installation:
    """The programs of one build, and what they need to know each other."""

    def __init__(self, binaries, folder, encrypts=False):
        self.binaries, self.folder, self.encrypts = pathlib.Path(binaries), pathlib.Path(folder), encrypts
        self.identity, self.contents = self.folder / "identity", {}
        self.password, self.users = self.folder / "password", self.folder / "users"
        self.certificates = self.folder / "certificates"
        if not self.users.exists():
            self.set_up()

    def set_up(self):
        """Certificates, a password and its hash."""
        self.folder.mkdir(parents=True, exist_ok=True)
        maker = pathlib.Path(__file__).resolve().parents[2] / "certs-example/make-certificates"
        tools.run(maker, "-o", self.certificates, "127.0.0.1", "localhost")
        with open(self.password, "w", opener=lambda path, flags: os.open(path, flags, 0o600), encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
        with open(self.password, encoding="ascii") as file:
            tools.run(self.binaries / "adduser", "-u", USER, "-f", self.users, "--force", stdin=file)
        if self.encrypts:
            tools.run("age-keygen", "-o", self.identity)

    def client_command(self, folder, state, *options, settle=0):
        """The client on a folder, wiping what hasn't changed for so many seconds."""
        return [
            str(word) for word in (
                self.binaries / "auto-upload-client", "-s", f"127.0.0.1:{PORT}", "-u", USER, "--password-file",
                self.password, "--ca-file", self.certificates / "ca.pem", "-f", folder, "--state", state, "-d", "y",
                "--settle", settle, *self.encryption(), *options)
        ]

    def encryption(self):
        """The client's options, where it encrypts."""
        if not self.encrypts:
            return []
        return ["-e", "y", "--recipient", tools.run("age-keygen", "-y", self.identity).stdout.strip()]

    def content(self, path, digest):
        """The SHA-256 of what is in an encrypted file, by age itself; nothing for a file that isn't whole."""
        if digest not in self.contents:
            opened = subprocess.run(["age", "-d", "-i", self.identity, path], capture_output=True, check=False)
            self.contents[digest] = None if opened.returncode else hashlib.sha256(opened.stdout).hexdigest()
        return self.contents[digest]

    def start_server(self, storage, log, *options, environment=None):
        """Starts a server, and waits until it listens. One that ends instead is returned, too: see `has_ended`."""
        command = [
            self.binaries / "auto-upload-server", "-p", self.users, "-c", self.certificates / "server.pem", "-k",
            self.certificates / "server-key.pem", "-f", storage, "--address", "127.0.0.1", "--port", PORT, "--keep-free",
            "1M", *options]
        with open(log, "ab") as output:
            server = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                      stderr=output, env={**os.environ, **(environment or {})})
        tools.wait_until(lambda: has_ended(server) or is_listening(), "the server to listen")
        return server


def has_ended(process):
    """Whether a process is gone."""
    return process.poll() is not None


def is_listening():
    """Whether somebody answers at the rig's port."""
    try:
        with socket.create_connection(("127.0.0.1", PORT), 5):
            return True
    except OSError:
        return False


def kill(process):
    """As a crash does."""
    process.kill()
    process.wait()


def end(process):
    """As a service manager does."""
    process.terminate()
    try:
        process.wait(tools.PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)
