"""A real Dovecot for a test: own folder, ports, users and certificate; loopback only. As root its processes run as
Debian's `nobody`-like users; as an ordinary user all of them run as that user.

Mail is delivered by writing into the Maildir, as a delivery agent does; nothing of it goes through our own code.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from tests.ports import free_port
from tests.waiting import LIMIT, wait_until

DOVECOT, DOVEADM = Path("/usr/sbin/dovecot"), Path("/usr/bin/doveadm")
USER, PASSWORD = "urp", "una parola ben lunga"
_serial = count(1)


@dataclass
class Dovecot:
    """`home` holds everything; `mail` is the user's Maildir."""

    home: Path
    imap: int = field(default_factory=free_port)
    pop3: int = field(default_factory=free_port)
    imaps: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    #: Address of a token server's introspection, where OAuth2 is wanted.
    introspection: str = ""
    uid: int = 0
    gid: int = 0

    @property
    def mail(self) -> Path:
        return self.home / "mail" / "Maildir"

    @property
    def certificate(self) -> Path:
        return self.home / "certificate.pem"

    # -- life --

    def start(self) -> None:
        self.write_configuration()
        with (self.home / "dovecot.out").open("ab") as out:
            self.process = subprocess.Popen(
                [str(DOVECOT), "-F", "-c", str(self.home / "dovecot.conf")], stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        for port in (self.imap, self.pop3):
            self._wait(port)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _wait(self, port: int) -> None:
        def answers() -> bool:
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as probe:
                    return bool(probe.recv(1))
            except OSError:
                return False

        wait_until(answers, say=f"Dovecot does not answer\n{self.log()}")

    def log(self) -> str:
        found = [self.home / "dovecot.log", self.home / "dovecot.out"]
        return "\n".join(one.read_text(errors="replace")[-3000:] for one in found if one.exists())

    # -- mail --

    def deliver(self, raw: bytes, at: datetime | None = None, folder: str = "") -> Path:
        """A message into INBOX or a folder. `at` becomes its INTERNALDATE."""
        place = self.mail / f".{folder}" if folder else self.mail
        for part in ("tmp", "new", "cur"):
            self._own(place / part)
        name = f"{int(time.time())}.M{next(_serial):08d}P{os.getpid()}.test"
        half = place / "tmp" / name
        half.write_bytes(raw)
        os.chown(half, self.uid, self.gid)
        if at is not None:
            os.utime(half, (at.timestamp(), at.timestamp()))
        target = place / "new" / name
        half.rename(target)
        return target

    def number_anew(self) -> None:
        """What a restored or rebuilt server does: the folder's numbers are no longer those we knew."""
        subprocess.run(
            [str(DOVEADM), "-c", str(self.home / "dovecot.conf"), "mailbox", "update", "-u", USER,
             "--uid-validity", str(int(time.time()) + 1_000 + next(_serial)), "INBOX"],
            check=True, capture_output=True, timeout=LIMIT,
        )  # fmt: skip

    def empty(self) -> None:
        """An empty mailbox, numbered as no mailbox was before; its folders are gone."""
        shutil.rmtree(self.mail, ignore_errors=True)
        self._own(self.mail)
        self.number_anew()

    def _own(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        while path != self.home and path.is_relative_to(self.home):
            os.chown(path, self.uid, self.gid)
            path = path.parent

    # -- configuration --

    def write_configuration(self) -> None:
        account = pwd.getpwuid(self.uid)
        root = os.getuid() == 0
        login = "dovenull" if root else account.pw_name
        internal = "dovecot" if root else account.pw_name
        group = "dovecot" if root else _group(self.gid)
        self._own(self.mail)
        (self.home / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}:{self.uid}:{self.gid}::{self.home}/mail::\n")
        (self.home / "users").chmod(0o644)
        oauth = ""
        if self.introspection:
            (self.home / "oauth2.conf").write_text(
                f"introspection_url = {self.introspection}\nintrospection_mode = post\nusername_attribute = user\n"
                "active_attribute = active\nactive_value = true\n"
            )
            (self.home / "oauth2.conf").chmod(0o644)
            oauth = f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {self.home}/oauth2.conf\n}}"
        _certificate(self.home)
        services = "".join(_service(name, login, internal, group, root) for name in ("imap", "pop3"))
        (self.home / "dovecot.conf").write_text(f"""\
base_dir = {self.home}/run
state_dir = {self.home}/state
log_path = {self.home}/dovecot.log
listen = 127.0.0.1
protocols = imap pop3
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
ssl = yes
ssl_cert = <{self.certificate}
ssl_key = <{self.home}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login{" xoauth2 oauthbearer" if oauth else ""}
auth_cache_size = 0
auth_failure_delay = 0 secs
mail_location = maildir:{self.mail}
maildir_stat_dirs = yes
mail_max_userip_connections = 50
first_valid_uid = 1
mail_fsync = never
pop3_uidl_format = %g
{oauth}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.home}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {self.home}/users
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap}
  }}
  inet_listener imaps {{
    port = {self.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {self.pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
{services}
""")


def _service(name: str, login: str, internal: str, group: str, root: bool) -> str:
    return f"service {name} {{\n  process_min_avail = 0\n}}\n" if root else ""


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _certificate(home: Path) -> None:
    """Self-signed, for 127.0.0.1 and localhost."""
    if (home / "certificate.pem").exists():
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(home / "key.pem"),
         "-out", str(home / "certificate.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    (home / "certificate.pem").chmod(0o644)


@contextmanager
def dovecot(introspection: str = "") -> Iterator[Dovecot]:
    """A running server, gone after the block."""
    root = os.getuid() == 0
    with tempfile.TemporaryDirectory(prefix="sportello-dovecot-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o755)
        account = pwd.getpwnam("mail") if root else pwd.getpwuid(os.getuid())
        server = Dovecot(home, introspection=introspection, uid=account.pw_uid, gid=account.pw_gid)
        try:
            server.start()
            yield server
        finally:
            server.stop()
