"""Sends the pictures that a microscope writes into a folder to their cases in HematoVision.

Every few seconds the folder is listed. A picture that has stopped growing is sent to the case whose accession number its name, its
subfolder or a `case.json` beside it says, and is then moved: to `sent` with a receipt, to `held` where a person has to decide, or to
`refused` where it is no picture for a case; each with a sentence in a text file. Nothing is ever deleted. How to install it: docs/watch.md.

Exit status: 0 when nothing is left to send, 1 when something waits for another run, 2 when it could not start.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import email.utils
import hashlib
import hmac
import io
import itertools
import json
import logging
import logging.handlers
import os
import platform
import random
import re
import secrets
import signal
import sys
import tempfile
import threading
import time
import uuid
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

__version__ = "1.0.0"

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp"})
DICOM = frozenset({".dcm", ".dicom"})
STATE_FOLDER = ".hematovision-watch"
SENT, HELD, REFUSED = "sent", "held", "refused"
OWN = frozenset({STATE_FOLDER, SENT, HELD, REFUSED})
CASE_FILE = "case.json"
RECEIPT = ".receipt.json"
SENTENCE = ".txt"

ACCESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/\-]{0,63}")
MOST_PARTS = 6
"""Underscores after which an accession number in a file name may end."""
UNFINISHED_S = 600
"""How long a picture without its end is left alone: a copy that is interrupted may go on."""
PIECE_BYTES = (64 * 1024, 1024 * 1024, 8 * 1024 * 1024)
"""The smallest, the first and the largest piece: halved by a cut of the line, doubled by a piece that arrives."""
CUTS_IN_A_ROW = 6
TIMEOUTS_S = (15, 120)
LONGEST_WAIT_S = 300
SKEW_S = 120
REPORT_S = 60
KNOWN_FOR_S = 300
MOST_NAME_BYTES = 255
MOST_MISMATCHES = 3

log = logging.getLogger("hematovision-watch")


class Held(Exception):
    """A person has to decide about this picture; the message is the sentence."""


class Refused(Exception):
    """The server takes this file for no case; the message is the sentence."""


class Later(Exception):
    """Not now; `seconds` is what the server asked to wait, `everything` whether others would fare the same."""

    def __init__(self, sentence: str, *, seconds: float = 0.0, everything: bool = True) -> None:
        super().__init__(sentence)
        self.seconds, self.everything = seconds, everything


class Changed(Exception):
    """The file is no longer the one that was read; it is a new one from here on."""


class CannotStart(Exception):
    """Something a person has to correct before anything can be sent."""


# ---- names and paths


_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE)


def safe_name(name: str, more: str = "") -> str:
    """`name` with `more` behind it, as a file of that name can lie on Windows and on Linux.

    Windows knows some characters, some names, and dots and spaces at the end in no file name; no system more than 255 bytes.
    """
    kept = _FORBIDDEN.sub("_", name).rstrip(". ") or "_"
    if _RESERVED.fullmatch(kept.partition(".")[0].rstrip(" ")):
        kept = f"_{kept}"
    room = MOST_NAME_BYTES - len(more.encode())
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = kept, "", ""
    while _size(stem + dot + ending) > room:
        stem = stem[:-1]
    return (stem + dot + ending + more).rstrip(". ")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def extended(path: str, *, windows: bool) -> str:
    r"""An absolute path as Windows takes it beyond 260 characters: `\\?\C:\...`, `\\?\UNC\server\share\...`; elsewhere as it is."""
    if not windows or path.startswith("\\\\?\\"):
        return path
    path = path.replace("/", "\\")
    return f"\\\\?\\UNC\\{path[2:]}" if path.startswith("\\\\") else f"\\\\?\\{path}"


def free_name(folder: Path, name: str, endings: tuple[str, ...]) -> str:
    """`name`, or `name (2)` and so on, so that nothing of it with one of `endings` lies in `folder` yet, in capitals or not."""
    taken = {entry.name.casefold() for entry in folder.iterdir()}
    longest = max(endings, key=len)
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    for number in itertools.count(1):
        more = longest if number == 1 else f" ({number}){dot}{ending}{longest}"
        tried = safe_name(name if number == 1 else stem, more)[: -len(longest) or None]
        if not any((tried + each).casefold() in taken for each in endings):
            return tried
    raise AssertionError  # a folder holds no endless number of files


def accession_numbers(stem: str) -> list[str]:
    """What a file name without its ending may mean: everything before one of its underscores, and the whole of it."""
    parts = stem.split("_")
    found = ["_".join(parts[:number]) for number in range(1, min(len(parts), MOST_PARTS) + 1)]
    if len(parts) > MOST_PARTS:
        found.append(stem)
    return [one for one in found if ACCESSION.fullmatch(one)]


def looks_whole(path: Path) -> bool:
    """Whether a file has the end that its format says it has. What is of no known format the server judges."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - 64 * 1024))
        tail = file.read()
    if head.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in tail
    if head.startswith(b"\x89PNG"):
        return b"IEND" in tail
    if head.startswith(b"BM") and len(head) >= 6:
        return size >= int.from_bytes(head[2:6], "little")
    if head[:4] in {b"II*\0", b"MM\0*"} and len(head) >= 8:
        return size > int.from_bytes(head[4:8], "little" if head[:1] == b"I" else "big")
    return True


# ---- files that survive a crash


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there as a whole or not at all, whenever the computer stops."""
    beside = path.with_name(f".{secrets.token_hex(6)}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def as_json(value: Any) -> bytes:
    """JSON as a person reads it, in ASCII: a name from another system may be no text."""
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


@dataclasses.dataclass
class Job:
    """One picture on its way; what is needed to go on after a crash."""

    size: int
    mtime_ns: int
    sha256: str = ""
    case: str = ""
    accession_number: str = ""
    key: str = ""
    place: str = ""
    image: str = ""
    target: str = ""
    mismatches: int = 0

    def is_of(self, found: os.stat_result) -> bool:
        """Whether the file still is what was read."""
        return (self.size, self.mtime_ns) == (found.st_size, found.st_mtime_ns)


class State:
    """What is under way, who this installation is, and the key of the names in the log. Losing it loses nothing:

    the server knows a picture again by its bytes.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "state.json"
        self.jobs: dict[str, Job] = {}
        self.instance, self._log_key = str(uuid.uuid4()), secrets.token_hex(16)
        try:
            read = json.loads(self.path.read_bytes())
            self.instance, self._log_key = str(uuid.UUID(read["instance"])), str(read["log_key"])
            self.jobs = {str(name): Job(**job) for name, job in read["jobs"].items()}
        except FileNotFoundError:
            self.save()
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("The state file cannot be read and is begun again: pictures are sent once all the same.")
            self.save()

    def save(self) -> None:
        """Keep it, at once."""
        jobs = {name: dataclasses.asdict(job) for name, job in self.jobs.items()}
        write_whole(self.path, as_json({"instance": self.instance, "log_key": self._log_key, "jobs": jobs}))

    def tag(self, name: str) -> str:
        """What a file is called in the log: names hold accession numbers. Receipts and sentences say it too."""
        return hmac.new(self._log_key.encode(), name.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:8]


def only_one(folder: Path) -> Any:
    """Hold the lock of a folder for as long as this process lives; raises `CannotStart` where another one does."""
    file = (folder / "lock").open("a+b")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise CannotStart("Another hematovision-watch has this folder already.") from error
    return file


# ---- the server

_NOT_OURS = "Something else than HematoVision answers at this address."


class _Bearer(requests.auth.AuthBase):
    """The token. As an `auth` of its own, so that a .netrc of the computer never takes its place."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Server:
    """The API, as one client of it."""

    def __init__(self, url: str, client_id: str, secret_file: Path, *, proxy: str = "", ca: str = "") -> None:
        parts = urlsplit(url)
        is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
            raise CannotStart("--url begins with https:// (http:// is for a server on this computer only).")
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise CannotStart("--url is the address that people use, as https://smears.example.")
        self.base, self.origin = url.rstrip("/"), f"{parts.scheme}://{parts.netloc}"
        self.client_id, self.secret_file = client_id, secret_file
        self.session = requests.Session()
        self.session.headers["User-Agent"] = f"hematovision-watch/{__version__}"
        # Given with each request: to the library those of the environment come before those of a session.
        self._line: dict[str, Any] = {"proxies": {"http": proxy, "https": proxy}} if proxy else {}
        if ca:
            self._line["verify"] = ca
        self._token, self._token_until, self._last_said = "", 0.0, ""
        self.skew_s: int | None = None

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask below /api/v1, or an address that the server named; a token that ended is renewed once.

        Raises `Later` for whatever passes by itself or needs an administrator, and `requests.RequestException`.
        """
        url = f"{self.base}/api/v1{path}" if path.startswith("/") else self.origin + urlsplit(path).path
        for renewed in (False, True):
            answer = self._ask(method, url, auth=_Bearer(self.token()), **options)
            if answer.status_code != 401:
                break
            self._token = ""
            if renewed:
                raise Later("The server does not take its own token.", seconds=60)
        if answer.status_code in {301, 302, 303, 307, 308}:
            raise Later("The server leads to another address: correct --url.", seconds=60)
        if answer.status_code == 403:
            raise Later("The server refuses this client: it needs the scopes cases:read and images:write.", seconds=60)
        if answer.status_code == 429:
            raise Later("The server asks for a pause.", seconds=_retry_after(answer, 10))
        if answer.status_code >= 500:
            raise Later(
                f"The server cannot take it now ({answer.status_code}).",
                seconds=_retry_after(answer, 0),
                everything=answer.status_code != 500,
            )
        return answer

    def _ask(self, method: str, url: str, **options: Any) -> requests.Response:
        before = time.time()
        answer = self.session.request(method, url, timeout=TIMEOUTS_S, allow_redirects=False, **self._line, **options)
        self._note_clock(answer, (before + time.time()) / 2)
        return answer

    def token(self) -> str:
        """A token that is good for a minute at least."""
        if not self._token or time.monotonic() > self._token_until:
            try:
                # Read each time, so that a renewed secret needs no restart.
                secret = self.secret_file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Later("The secret file cannot be read.", seconds=60) from error
            answer = self._ask(
                "POST",
                f"{self.base}/identity/o/api/token",
                data={"grant_type": "client_credentials"},
                auth=(self.client_id, secret),
            )
            if answer.status_code == 429 or answer.status_code >= 500:
                raise Later("The server gives no token now.", seconds=_retry_after(answer, 10))
            if answer.status_code != 200:
                raise Later(
                    "The server gives this client no token: compare --client-id and the secret, and whether the client is open.",
                    seconds=60,
                )
            said = member(answer, "access_token"), member(answer, "expires_in")
            self._token, self._token_until = str(said[0]), time.monotonic() + max(0, int(said[1]) - 60)
        return self._token

    def _note_clock(self, answer: requests.Response, here: float) -> None:
        try:
            there = email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (KeyError, TypeError, ValueError):
            return
        skew = round(here - there)
        if abs(skew) > SKEW_S and abs((self.skew_s or 0) - skew) > SKEW_S:
            log.warning(
                "The clock of this computer is %s minutes %s the server's. Pictures are sent all the same; set the clock.",
                round(abs(skew) / 60),
                "ahead of" if skew > 0 else "behind",
            )
        self.skew_s = skew

    def case_of(self, number: str) -> str | None:
        """The id of the case with this accession number that the client sees, or None."""
        answer = self.api("GET", "/cases/", params={"accession_number": number})
        if answer.status_code != 200:
            raise Later(f"Looking for a case was answered {answer.status_code}.", everything=False)
        found = member(answer, "results")
        return str(found[0]["id"]) if found else None


def problem(answer: requests.Response) -> tuple[str, str]:
    """The code and the sentence of a refusal."""
    try:
        said = answer.json()
        return str(said["type"]).rpartition(":")[2], str(said["detail"])
    except (ValueError, KeyError, TypeError):
        return "", f"The server answered {answer.status_code}."


def member(answer: requests.Response, name: str) -> Any:
    """What an answer says under `name`; raises `Later` where it is not ours, as of a network that asks to sign in first."""
    try:
        return answer.json()[name]
    except (ValueError, KeyError, TypeError) as error:
        raise Later(_NOT_OURS, seconds=60) from error


def header(answer: requests.Response, name: str) -> str:
    """The same of a header."""
    if name not in answer.headers:
        raise Later(_NOT_OURS, seconds=60)
    return str(answer.headers[name])


def _retry_after(answer: requests.Response, default: float) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), 3600.0) if text.isdecimal() else default


def said_of(error: requests.RequestException) -> str:
    """What went wrong on the line, without the address: it may hold an accession number."""
    text = str(error)
    if isinstance(error, requests.exceptions.ProxyError):
        return "The proxy does not answer."
    if isinstance(error, requests.exceptions.SSLError):
        more = " Compare the clock of this computer." if "expired" in text or "not yet valid" in text else ""
        return f"The certificate of the server is not trusted here (--ca names the file of another authority).{more}"
    if isinstance(error, requests.exceptions.Timeout):
        return "The server does not answer in time."
    return "The server cannot be reached."


# ---- sending


class _Again(Exception):
    """The upload has to be asked for anew; counted like a cut of the line."""


_LINE = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class Sender:
    """Sends one picture at a time, each to its end."""

    def __init__(self, server: Server, state: State, stop: threading.Event) -> None:
        self.server, self.state, self.stop = server, state, stop
        self._piece = PIECE_BYTES[1]
        self._cases: dict[str, tuple[str, float]] = {}

    def case_for(self, path: Path, root: Path) -> tuple[str, str]:
        """The accession number and the case of a picture; raises `Held` where its name says none, or several."""
        if path.suffix.lower() in DICOM:
            raise Held("DICOM files are not taken here. Export the picture as PNG or TIFF.")
        numbers = numbers_of(path, root)
        found = {case: number for number in numbers if (case := self._known(number))}
        if not found:
            # Some cameras write names in small letters.
            raised = [number.upper() for number in numbers if number != number.upper()]
            found = {case: number for number in raised if (case := self._known(number))}
        if len(found) > 1:
            named = " and ".join(sorted(found.values()))
            raise Held(f"The name means more than one case: {named}. Put the picture into a folder named as its case.")
        for case, number in found.items():
            return number, case
        if not numbers:
            raise Held("The name does not begin with an accession number.")
        raise Held(f"There is no such case that this computer may send to. Looked for: {', '.join(numbers)}.")

    def _known(self, number: str) -> str | None:
        known, until = self._cases.get(number, ("", 0.0))
        if time.monotonic() < until:
            return known
        case = self.server.case_of(number)
        if case:
            self._cases[number] = (case, time.monotonic() + KNOWN_FOR_S)
        return case

    def send(self, name: str, path: Path, root: Path) -> Job:
        """Send one picture and return its job, with the image. Raises `Held`, `Refused`, `Later`, `Changed`, `OSError`."""
        job = self._job(name, path, root)
        offset: int | None = None
        furthest = cuts = 0
        while not job.image:
            try:
                if offset is None:
                    offset = self._offset(job) if job.place else self._begin(job)
                else:
                    offset = self._send_piece(job, path, offset)
            except (*_LINE, _Again) as error:
                offset, cuts = None, cuts + 1
                self._piece = max(PIECE_BYTES[0], self._piece // 2)
                if cuts >= CUTS_IN_A_ROW or self.stop.wait(pause(cuts - 1, longest=10)):
                    sentence = said_of(error) if isinstance(error, requests.RequestException) else "It begins anew."
                    raise Later(sentence) from error
            if offset is not None and offset > furthest:
                furthest, cuts = offset, 0
        return job

    def _job(self, name: str, path: Path, root: Path) -> Job:
        found = path.stat()
        job = self.state.jobs.get(name)
        if job is None or not job.is_of(found):
            number, case = self.case_for(path, root)
            job = Job(found.st_size, found.st_mtime_ns, sha256_of(path), case, number, key=uuid.uuid4().hex)
            if not job.is_of(path.stat()):
                raise Changed
            self.state.jobs[name] = job
            # Before anything is sent: whoever goes on after a crash names the same upload.
            self.state.save()
        return job

    def _begin(self, job: Job) -> int:
        said = {"case": job.case, "client_id": job.key, "sha256": job.sha256}
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
        answer = self._tus("POST", "/uploads/", {"Upload-Length": str(job.size), "Upload-Metadata": metadata})
        if answer.status_code not in {200, 201}:
            self._refused(job, answer)
        job.place = urlsplit(header(answer, "Location")).path
        return self._standing(job, answer)

    def _offset(self, job: Job) -> int:
        answer = self._tus("HEAD", self._address(job), {})
        if answer.status_code != 200:
            self._refused(job, answer)
        return self._standing(job, answer)

    def _send_piece(self, job: Job, path: Path, offset: int) -> int:
        with path.open("rb") as file:
            file.seek(offset)
            piece = file.read(min(self._piece, job.size - offset))
        if len(piece) < min(self._piece, job.size - offset):
            raise Changed
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        answer = self._tus("PATCH", self._address(job), headers, data=piece)
        if answer.status_code != 204:
            self._refused(job, answer)
        self._piece = min(PIECE_BYTES[2], self._piece * 2)
        return self._standing(job, answer)

    def _address(self, job: Job) -> str:
        """Of what the server named only the path is used: a token goes to the server that was typed, and nowhere else."""
        return self.server.origin + job.place

    def _tus(self, method: str, address: str, headers: dict[str, str], data: bytes = b"") -> requests.Response:
        return self.server.api(method, address, headers={"Tus-Resumable": "1.0.0", **headers}, data=data)

    def _standing(self, job: Job, answer: requests.Response) -> int:
        """Keep what an answer says of the upload, and return how much of it is there."""
        job.image = answer.headers.get("Upload-Image", "")
        self.state.save()
        return int(header(answer, "Upload-Offset"))

    def _refused(self, job: Job, answer: requests.Response) -> None:
        """Raise what a refusal means for this picture."""
        status = answer.status_code
        code, sentence = problem(answer)
        if status == 409 and "Upload-Offset" in answer.headers:
            raise _Again
        if status == 410 or (status == 404 and job.place):
            self._begin_anew(job)
        if code == "sha256-mismatch" and job.mismatches < MOST_MISMATCHES:
            job.mismatches += 1
            self._begin_anew(job)
        if status == 404:
            self._cases.pop(job.accession_number, None)
            raise Held("The case is no longer there for this computer.")
        if code == "quota-exceeded":
            raise Later("The quota of uploads is used up; it goes on by itself.", seconds=900)
        if status in {413, 415, 422}:
            raise Refused(sentence)
        if status == 412:
            raise Later("The server speaks another version of tus: install a newer hematovision-watch.", seconds=900)
        raise Held(sentence)

    def _begin_anew(self, job: Job) -> None:
        job.place, job.key = "", uuid.uuid4().hex
        self.state.save()
        raise _Again


def numbers_of(path: Path, root: Path) -> list[str]:
    """The accession numbers that a picture may be of: by its name, by its folder, or by the `case.json` there."""
    if path.parent == root:
        return accession_numbers(path.stem)
    said = path.parent / CASE_FILE
    if not said.exists():
        return [path.parent.name] if ACCESSION.fullmatch(path.parent.name) else []
    try:
        number = json.loads(said.read_text(encoding="utf-8-sig"))["accession_number"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Held(f'{CASE_FILE} is not of the form {{"accession_number": "A-2026-000123"}}.') from error
    if not isinstance(number, str) or not ACCESSION.fullmatch(number):
        raise Held(f"What {CASE_FILE} says is no accession number.")
    return [number]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def pause(tries: int, *, longest: float = LONGEST_WAIT_S) -> float:
    """Seconds to wait after so many failures: twice as long each time, and never all computers at once."""
    return min(longest, 2.0 ** min(tries, 20)) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads requests, hides nothing


# ---- the folder


class Folder:
    """The watched folder: what lies in it to be sent, and where it goes afterwards."""

    def __init__(self, root: Path, state: State) -> None:
        self.root, self.state = root, state

    def pictures(self) -> Iterator[tuple[str, Path]]:
        """Each picture by its name below the folder. Links are not followed: they could lead to any file of the computer."""
        for path in self._below(self.root):
            if path.is_dir():
                if path.name.casefold() not in OWN:
                    yield from ((f"{path.name}/{one.name}", one) for one in self._below(path) if _is_picture(one))
            elif _is_picture(path):
                yield path.name, path

    def _below(self, folder: Path) -> list[Path]:
        with os.scandir(folder) as entries:
            found = [Path(entry.path) for entry in entries if not entry.is_symlink() and not entry.name.startswith(".")]
        return sorted(found)

    def count(self, place: str) -> int:
        """How many pictures lie in `held` or `refused`."""
        return sum(_is_picture(Path(name)) for _, _, names in os.walk(self.root / place) for name in names)

    def put_sent(self, name: str, path: Path, job: Job, server: str) -> None:
        """Write the receipt and move the picture; raises `Changed` where it is no longer what was sent."""
        if not job.is_of(path.stat()) or sha256_of(path) != job.sha256:
            raise Changed
        folder = self._place(SENT, name)
        if not job.target or (folder / job.target).exists():
            job.target = free_name(folder, path.name, ("", RECEIPT))
            self.state.save()
        receipt = {
            "file": path.name,
            "sha256": job.sha256,
            "bytes": job.size,
            "image": job.image,
            "case": job.case,
            "accession_number": job.accession_number,
            "server": server,
            "received": _now(),
            "log": self.state.tag(name),
        }
        # The receipt first: a picture in `sent` always has one. After a crash in between it is written once more.
        write_whole(folder / f"{job.target}{RECEIPT}", as_json(receipt))
        path.rename(folder / job.target)
        self.forget(name)

    def put_aside(self, name: str, path: Path, place: str, sentence: str) -> None:
        """Move a picture to `held` or `refused`, with the reason in a text file of its name."""
        folder = self._place(place, name)
        target = free_name(folder, path.name, ("", SENTENCE))
        more = "When that is corrected, move the picture back to where it was, and it is tried again."
        text = f"{sentence}\n{more}\n\n{_now()}, called {self.state.tag(name)} in the log\n"
        write_whole(folder / f"{target}{SENTENCE}", text.encode("utf-8", "replace"))
        path.rename(folder / target)
        self.forget(name)

    def forget(self, name: str) -> None:
        """Nothing of this picture is under way any more."""
        if self.state.jobs.pop(name, None) is not None:
            self.state.save()

    def _place(self, place: str, name: str) -> Path:
        folder = self.root / place
        above, slash, _ = name.rpartition("/")
        if slash:
            folder /= safe_name(above)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURES | DICOM


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


# ---- watching


class Watch:
    """Goes through the folder again and again."""

    def __init__(
        self, folder: Folder, sender: Sender, *, stable_for: float, every: float, label: str, stop: threading.Event
    ) -> None:
        self.folder, self.sender, self.state, self.stop = folder, sender, folder.state, stop
        self.stable_for, self.every, self.label = stable_for, every, label
        self._seen: dict[str, tuple[int, int, float]] = {}
        self._later: dict[str, tuple[int, float]] = {}
        self._failures, self._paused_until = 0, 0.0
        self._said, self._reported, self._is_listed = "", -1e9, True

    def run(self) -> None:
        """Until somebody says stop."""
        while not self.stop.is_set():
            self.go_through()
            self.report()
            self.stop.wait(max(self.every, self._paused_until - time.monotonic()))

    def run_once(self) -> bool:
        """Until nothing is left or what is left has to wait; returns whether nothing is left."""
        patience = time.monotonic() + 60 + self.stable_for
        while not self.stop.is_set():
            left = self.go_through()
            if not left or self._paused_until or not self._is_growing() or time.monotonic() > patience:
                break
            self.stop.wait(min(self.every, self.stable_for))
        self.report(now=True)
        return not self._waiting()

    def _is_growing(self) -> bool:
        newest = time.monotonic() - self.stable_for
        return any(since > newest for *_, since in self._seen.values())

    def _waiting(self) -> int:
        return sum(1 for _ in self.folder.pictures())

    def go_through(self) -> int:
        """Send what is ready; returns how many pictures lay there before."""
        try:
            found = list(self.folder.pictures())
            there = {name for name, _ in found}
            for name in set(self.state.jobs) - there:
                self.folder.forget(name)
        except OSError as error:
            self._pause(f"The folder cannot be read or written ({error.strerror}).", 0)
            return 1
        self._seen = {name: seen for name, seen in self._seen.items() if name in there}
        self._later = {name: later for name, later in self._later.items() if name in there}
        for name, path in found:
            if self.stop.is_set() or self._is_paused():
                break
            if self._is_ready(name, path):
                self._try(name, path)
        return len(found)

    def _is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _is_ready(self, name: str, path: Path) -> bool:
        """Whether a picture has stopped growing and is not put off."""
        now = time.monotonic()
        try:
            # Not what the listing says: Windows notes the size of an open file there late.
            found = path.stat()
            size, mtime, since = self._seen.get(name, (-1, -1, now))
            if (size, mtime) != (found.st_size, found.st_mtime_ns):
                self._seen[name] = (found.st_size, found.st_mtime_ns, now)
                return False
            if now - since < self.stable_for or now < self._later.get(name, (0, 0.0))[1]:
                return False
            return now - since >= UNFINISHED_S or (found.st_size > 0 and looks_whole(path))
        except OSError:
            # Still open in another program, or gone.
            return False

    def _try(self, name: str, path: Path) -> None:
        tag = self.state.tag(name)
        try:
            job = self.sender.send(name, path, self.folder.root)
            self.folder.put_sent(name, path, job, self.sender.server.base)
            log.info("Picture %s was sent: image %s.", tag, job.image)
        except Held as reason:
            self._put_aside(name, path, HELD, str(reason))
        except Refused as reason:
            self._put_aside(name, path, REFUSED, str(reason))
        except Changed:
            log.info("Picture %s was changed meanwhile; it is waited for again.", tag)
            self._seen.pop(name, None)
            self.folder.forget(name)
        except Later as reason:
            self._put_off(name, reason)
        except requests.RequestException as error:
            self._pause(said_of(error), 0)
        except OSError as error:
            log.warning("Picture %s cannot be read or moved now (%s).", tag, error.strerror)
            self._put_off(name, Later("", everything=False))
        else:
            self._failures, self._paused_until, self._said = 0, 0.0, ""
            self._later.pop(name, None)

    def _put_aside(self, name: str, path: Path, place: str, sentence: str) -> None:
        try:
            self.folder.put_aside(name, path, place, sentence)
        except OSError as error:
            log.warning("Picture %s cannot be moved now (%s).", self.state.tag(name), error.strerror)
            self._put_off(name, Later("", everything=False))
        else:
            log.warning("Picture %s is %s; the text file beside it says why.", self.state.tag(name), place)

    def _put_off(self, name: str, reason: Later) -> None:
        if reason.everything:
            self._pause(str(reason), reason.seconds)
            return
        tries = self._later.get(name, (0, 0.0))[0]
        self._later[name] = (tries + 1, time.monotonic() + max(reason.seconds, pause(tries)))
        if str(reason):
            log.warning("Picture %s waits. %s", self.state.tag(name), reason)

    def _pause(self, sentence: str, seconds: float) -> None:
        wait = max(seconds, pause(self._failures))
        self._failures += 1
        self._paused_until = time.monotonic() + wait
        if sentence != self._said:
            log.warning("%s Nothing is lost: it is tried again.", sentence)
        self._said = sentence

    def report(self, *, now: bool = False) -> None:
        """Tell the server how many pictures lie where, once a minute; a server that does not know the address is not asked again."""
        if not self._is_listed or (time.monotonic() - self._reported < REPORT_S and not now):
            return
        self._reported = time.monotonic()
        try:
            # The answer to this tells the time, if nothing else was asked yet.
            self.sender.server.token()
            said = {
                "instance": self.state.instance,
                "name": self.label,
                "version": __version__,
                "waiting": self._waiting(),
                "held": self.folder.count(HELD),
                "refused": self.folder.count(REFUSED),
                "clock_off_s": self.sender.server.skew_s,
            }
            answer = self.sender.server.api("PUT", "/sources/self/", json=said)
        except (Later, OSError):
            # A picture that cannot be sent says so; nobody waits for a report.
            return
        if answer.status_code == 404:
            self._is_listed = False
        elif answer.status_code != 200:
            log.warning("The server did not take the report of this computer (%s).", answer.status_code)


def dry_run(folder: Folder, sender: Sender) -> int:
    """Say for each picture where it would go. Nothing is sent, moved or written. Names are shown here, to whoever asked."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for name, path in folder.pictures():
        sentence, goes_on = _would(sender, path, folder.root)
        print(f"{name}: {sentence}")
        if not goes_on:
            return 1
    return 0


def _would(sender: Sender, path: Path, root: Path) -> tuple[str, bool]:
    try:
        number, case = sender.case_for(path, root)
    except Held as reason:
        return f"would be held. {reason}", True
    except Later as reason:
        return str(reason), False
    except requests.RequestException as error:
        return said_of(error), False
    return f"to the case {number} ({case})", True


# ---- the command


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; `@FILE` stands for the arguments in a file, one a line."""
    parser = argparse.ArgumentParser(
        prog="hematovision-watch",
        description="Sends the pictures that a microscope writes into a folder to their cases in HematoVision.",
        epilog="@FILE reads arguments from a file, one a line. How to install it: docs/watch.md.",
        fromfile_prefix_chars="@",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder into which the microscope writes")
    parser.add_argument("--url", required=True, help="the address of HematoVision, https://...")
    parser.add_argument("--client-id", required=True, help="of the API client (scopes cases:read and images:write)")
    parser.add_argument(
        "--secret-file", required=True, type=Path, help="a file that holds the secret, and nothing else"
    )
    parser.add_argument("--name", default=platform.node()[:100], help="what the page Sources calls this computer")
    parser.add_argument("--once", action="store_true", help="send what is there and end, for cron")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent where, and do nothing")
    parser.add_argument(
        "--every", type=float, default=2.0, metavar="SECONDS", help="how often the folder is listed (2)"
    )
    parser.add_argument(
        "--stable-for", type=float, default=2.0, metavar="SECONDS", help="how long a file has to stay as it is (2)"
    )
    parser.add_argument("--proxy", default="", help="http://proxy:port; otherwise HTTPS_PROXY of the environment")
    parser.add_argument(
        "--ca", default="", metavar="FILE", help="the certificates to trust, in PEM, for an authority of your own"
    )
    parser.add_argument("--log", metavar="FILE", type=Path, help="write the log there too, five files of 1 MB")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser.parse_args(arguments)


def set_up_log(file: Path | None) -> None:
    """Our own lines, and no others: those of libraries may hold addresses with accession numbers."""
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers = [logging.StreamHandler(sys.stderr)]
    if file is not None:
        log.handlers.append(
            logging.handlers.RotatingFileHandler(file, maxBytes=1_000_000, backupCount=5, encoding="utf-8")
        )
    for handler in log.handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("urllib3").propagate = False
    logging.getLogger("urllib3").handlers = [logging.NullHandler()]


def root_of(folder: Path) -> Path:
    """The folder in the form in which the system takes long paths; raises `CannotStart`."""
    root = Path(extended(str(folder.absolute()), windows=os.name == "nt"))
    if not root.is_dir():
        raise CannotStart("The folder is not there.")
    return root


def warn_of_readable_secret(path: Path) -> None:
    """Say so where other accounts of this computer may read the secret."""
    with contextlib.suppress(OSError):
        if os.name == "posix" and path.stat().st_mode & 0o077:
            log.warning("Other accounts of this computer can read the secret file: chmod 600.")


def main(arguments: list[str] | None = None) -> int:
    """Run as the command line says; returns the exit status."""
    options = options_of(sys.argv[1:] if arguments is None else arguments)
    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    try:
        set_up_log(options.log)
        root = root_of(options.folder)
        server = Server(options.url, options.client_id, options.secret_file, proxy=options.proxy, ca=options.ca)
        warn_of_readable_secret(options.secret_file)
        return _run(options, root, server, stop)
    except CannotStart as error:
        print(f"hematovision-watch: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"hematovision-watch: {error.strerror}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, root: Path, server: Server, stop: threading.Event) -> int:
    if options.dry_run:
        with tempfile.TemporaryDirectory() as nowhere:
            state = State(Path(nowhere))
            return dry_run(Folder(root, state), Sender(server, state, stop))
    state_folder = root / STATE_FOLDER
    state_folder.mkdir(exist_ok=True)
    with only_one(state_folder):
        state = State(state_folder)
        watch = Watch(
            Folder(root, state),
            Sender(server, state, stop),
            stable_for=options.stable_for,
            every=options.every,
            label=options.name,
            stop=stop,
        )
        log.info("hematovision-watch %s begins.", __version__)
        if options.once:
            return 0 if watch.run_once() else 1
        watch.run()
        log.info("Stopped.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
