"""A bucket for tests: moto's S3 in a process of its own, which checks keys as a real one does and can be killed."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path

import boto3

from sportello.foundation.files.bucket import Bucket
from tests.ports import free_port
from tests.waiting import LIMIT

NAME = "files"


@dataclass
class Server:
    """Begun and ended by the test; what it holds is in its memory alone."""

    port: int = 0
    host: str = "127.0.0.1"
    access: str = ""
    secret: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, command: list[str] | None = None) -> Server:
        """`command`: how it is begun where that is not here."""
        self.port = self.port or free_port()
        # so many calls before keys are asked for: what makes a user who has one, and the bucket
        env = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "4"}
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "moto.server", "-H", self.host, "-p", str(self.port)],
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()
        self._found()
        return self

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}:{self.port}"

    def address(self, prefix: str = "") -> str:
        return f"s3://{NAME}/{prefix}?endpoint={self.endpoint}"

    def keys_into(self, home: Path, secret: str = "", folder: str = "keys") -> None:
        """The file an administrator would write."""
        (home / folder).mkdir(exist_ok=True, parents=True)
        path = home / folder / "blobs"
        path.touch(mode=0o600)
        path.write_text(f"{self.access}\n{secret or self.secret}\n")

    def objects(self, prefix: str = "") -> dict[str, int]:
        """As somebody else sees the bucket."""
        found = self._client("s3").list_objects_v2(Bucket=NAME, Prefix=prefix).get("Contents", [])
        return {one["Key"]: one["Size"] for one in found}

    def written_at(self, key: str) -> object:
        return self._client("s3").head_object(Bucket=NAME, Key=key)["LastModified"]

    def write(self, key: str, content: bytes) -> None:
        self._client("s3").put_object(Bucket=NAME, Key=key, Body=content)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            try:
                socket.create_connection((self.host, self.port), 5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the S3 server did not start")

    def _found(self) -> None:
        iam = self._client("iam")
        everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        iam.create_user(UserName="sportello")
        iam.put_user_policy(
            UserName="sportello", PolicyName="files",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
        )  # fmt: skip
        self._client("s3").create_bucket(Bucket=NAME)
        key = iam.create_access_key(UserName="sportello")["AccessKey"]
        self.access, self.secret = key["AccessKeyId"], key["SecretAccessKey"]

    def _client(self, service: str):  # type: ignore[no-untyped-def]  # boto3 makes its classes when asked
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id=self.access or "nobody", aws_secret_access_key=self.secret or "nothing",
        )  # fmt: skip


def write_many(address: str, home: Path, start: bytes, ready: Barrier, rounds: int) -> None:
    """A machine that writes the same files at the same moments as another."""
    place = Bucket.at(address, home / "keys", home / "half")
    for number in range(rounds):
        content = start * 100 + str(number).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        ready.wait(LIMIT)
        place.put(f"1/{sha256[:2]}/{sha256}", content)
