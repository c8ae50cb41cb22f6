"""Places in the file system: what is written stands in plain files of the person's own, what is read comes from files.

Nothing is written through a symbolic link, and no pipe, device or socket is opened: whoever may write in a folder could
have put one there to have another file overwritten, or a command wait for ever. Each failure of the system is named.
"""

import errno
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import DiskFull, Exit, NotWritable, Refusal
from ledger.i18n import N_, _

# What others may read of files that are written: a mask as the shell's umask is, such as 027; without it, nothing.
MASK = "SEISAN_UMASK"
_OWNER, _OTHERS_WRITE = 0o077, 0o022

# Windows has none of them; there no link is put in a place by who may not put a file.
_SAFELY = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))

# So much is written to find out whether there is room: as much as SQLite's index of its log begins with.
_SOME = bytes(32_768)


class NotAPlainFile(NotWritable):
    """{place} is no plain file: {what} stands there"""

    what: str
    instead = N_("name another file, or move away what stands there; of a link, name what it leads to")


class NotAPlainFolder(NotWritable):
    """{place} is no folder: {what} stands there"""

    what: str
    instead = N_("name another folder, or move away what stands there; of a link, name the folder that it leads to")


class QuotaReached(DiskFull):
    """{place} cannot be written: the room that you may fill on this disk is used up"""

    instead = N_("delete what is not needed, or have the quota raised, and run the command again; nothing was changed")


class FileTooLarge(DiskFull):
    """{place} would become larger than a file may be here"""

    instead = N_("have the limit raised (ulimit -f), or name a file on another disk; nothing was changed")


class DiskReadOnly(NotWritable):
    """{place} stands on a disk that can only be read"""

    instead = N_("name a file on another disk, or have this one mounted so that it can be written")


class MayNotWrite(NotWritable):
    """you have no permission to write {place}"""

    instead = N_("have the permission of the file and of its folder looked at, or name a file in a folder of your own")


class DiskFails(NotWritable):
    """the disk reports an error at {place}"""

    instead = N_("have the disk looked at before anything else; then see what is in the books: seisan verify")


class NotAMask(Refusal):
    """SEISAN_UMASK cannot be {value}"""

    value: str
    exit = Exit.USAGE
    instead = N_("write 077 (files for you alone), 027 (your group reads them) or 022 (everybody reads them)")


_CAUSES: dict[int, type[NotWritable | DiskFull]] = {
    errno.ENOSPC: DiskFull,
    getattr(errno, "EDQUOT", errno.ENOSPC): QuotaReached,
    errno.EFBIG: FileTooLarge,
    errno.EROFS: DiskReadOnly,
    errno.EACCES: MayNotWrite,
    errno.EPERM: MayNotWrite,
    errno.EIO: DiskFails,
}
_CAUSES[errno.ENOSPC] = DiskFull  # where a system has no EDQUOT


def refusal(place: str, error: OSError) -> Refusal:
    """The refusal for what the system said when a place was to be written."""
    return _CAUSES.get(error.errno or 0, NotWritable)(place)


@contextmanager
def on_disk(place: Path | str) -> Iterator[None]:
    """Refuses a write in the block that the system does not carry out, named for its cause (disk-full, …)."""
    try:
        yield
    except OSError as error:
        raise refusal(str(place), error) from error


# --- what stands there ----------------------------------------------------------------------------------------------

_WHAT = {
    stat.S_IFLNK: N_("a symbolic link"),
    stat.S_IFDIR: N_("a folder"),
    stat.S_IFIFO: N_("a pipe"),
    stat.S_IFSOCK: N_("a socket"),
    stat.S_IFCHR: N_("a device"),
    stat.S_IFBLK: N_("a device"),
    stat.S_IFREG: N_("a file"),
}


def _named(mode: int) -> str:
    return _(_WHAT.get(stat.S_IFMT(mode), N_("something else")))


def require_plain(*places: Path) -> None:
    """Refuses a place at which anything but a file stands, also a link to one (not-a-plain-file); nothing may stand."""
    for place in places:
        with suppress(FileNotFoundError):
            mode = os.lstat(place).st_mode
            if not stat.S_ISREG(mode):
                raise NotAPlainFile(str(place), _named(mode))


def require_plain_folder(place: Path) -> None:
    """Refuses a place at which anything but a folder stands, also a link to one (not-a-plain-folder)."""
    with suppress(FileNotFoundError):
        mode = os.lstat(place).st_mode
        if not stat.S_ISDIR(mode):
            raise NotAPlainFolder(str(place), _named(mode))


# --- what is made ---------------------------------------------------------------------------------------------------


def file_mode() -> int:
    """Who may do what with a file that is written: its owner alone, unless SEISAN_UMASK lets others read.

    It holds for a file that takes the place of another as well, whoever might read that one. Refused: what is no mask,
    and one by which others could write (not-a-mask).
    """
    return 0o666 & ~_mask()


def folder_mode() -> int:
    """The same of a folder."""
    return 0o777 & ~_mask()


def _mask() -> int:
    typed = os.environ.get(MASK) or f"{_OWNER:o}"
    mask = int(typed, 8) if re.fullmatch("[0-7]{2,4}", typed) else 0
    if mask & _OTHERS_WRITE != _OTHERS_WRITE or mask > _OWNER:
        raise NotAMask(typed)
    return mask


def create(place: Path, mode: int | None = None) -> int:
    """Makes a file that was not there, open for writing, with just this mode (by default `file_mode`)."""
    handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR | _SAFELY, 0o600)
    if sys.platform != "win32":
        os.fchmod(handle, file_mode() if mode is None else mode)
    return handle


def beside(place: Path) -> Path:
    """A name beside a place that nobody can know before."""
    return place.with_name(f".{place.name[:200]}.{os.urandom(8).hex()}")


def replace(place: Path, content: bytes, mode: int = 0o600) -> None:
    """Puts a file with this content in a place, whole or not at all."""
    require_plain(place)
    making = beside(place)
    try:
        with open(create(making, mode), "wb") as out:
            out.write(content)
        making.replace(place)
    finally:
        making.unlink(missing_ok=True)


def make_folder(place: Path, mode: int | None = None) -> None:
    """Makes a folder and those above it that are not there; one that is there stays as it is."""
    require_plain_folder(place)
    if place.is_dir():
        return
    if not place.parent.exists():
        make_folder(place.parent, mode)
    with suppress(FileExistsError):
        place.mkdir(0o700)
        place.chmod(folder_mode() if mode is None else mode)
    require_plain_folder(place)


# --- what is opened -------------------------------------------------------------------------------------------------


def opened(place: Path, how: int, *, links: bool = False) -> int:
    """Opens a file that is there, and nothing else, without waiting; `links`: one may be followed, as in reading.

    Refused (not-a-plain-file): what is none, and for writing a file that has a second name.
    """
    if not links:
        require_plain(place)
    following = getattr(os, "O_NOFOLLOW", 0) if links else 0
    try:
        handle = os.open(place, how | _SAFELY & ~following)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ELOOP, errno.EISDIR, errno.ENODEV):  # a socket, a link, a folder
            raise NotAPlainFile(str(place), _named(place.lstat().st_mode)) from None
        raise
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or (how & (os.O_WRONLY | os.O_RDWR) and found.st_nlink > 1):
        os.close(handle)
        what = _("a second name of another file") if stat.S_ISREG(found.st_mode) else _named(found.st_mode)
        raise NotAPlainFile(str(place), what)
    return handle


def read(place: Path, most: int) -> bytes:
    """What a file begins with, so many bytes at most. Refused: a pipe, a device, a folder (not-a-plain-file)."""
    with open(opened(place, os.O_RDONLY, links=True), "rb") as file:
        return file.read(most)


def copy(place: Path, to: Path) -> None:
    """Copies a file to where nothing stands; the copy is the owner's alone."""
    with open(opened(place, os.O_RDONLY, links=True), "rb") as file, open(create(to, 0o600), "wb") as out:
        shutil.copyfileobj(file, out)


def why_not(place: Path) -> Refusal | None:
    """Why a file, or one beside it, cannot be written: found out by trying; None where it can.

    For what SQLite says: it tells that it could not write, and not why.
    """
    if place.exists() and not os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return _CAUSES[errno.EROFS if _only_read(place) else errno.EACCES](str(place))
    trial = beside(place)
    try:
        with open(create(trial, 0o600), "wb") as out:
            out.write(_SOME)
            out.flush()
            os.fsync(out.fileno())
            out.seek(max(_size(place), _size(Path(f"{place}-wal"))) + len(_SOME))
            out.write(b"\0")
    except OSError as error:
        return refusal(str(place), error)
    finally:
        with suppress(OSError):
            trial.unlink()
    return None


def _only_read(place: Path) -> bool:
    return sys.platform != "win32" and bool(os.statvfs(place).f_flag & os.ST_RDONLY)


def _size(place: Path) -> int:
    try:
        return place.stat().st_size
    except OSError:
        return 0
