"""Files at addresses, taken up to a size and a time."""

from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from fsspec.asyn import get_loop, sync
from kedro.io.core import HTTP_PROTOCOLS

from step.address import redact
from step.datasets.limits import Limits, check_size
from step.errors import InputError

CHUNK = 2**20  # bytes


def is_remote(where: str) -> bool:
    """Tell an address from a path on this disk."""
    return "://" in where


def require_web(where: str) -> None:
    """Raise InputError if an address is neither http nor https: nothing else is read from afar."""
    scheme = where.partition("://")[0]
    if scheme.lower() not in HTTP_PROTOCOLS:
        mend = (
            "write the path alone"
            if scheme == "file"
            else "download the file and name its place on this disk"
        )
        raise InputError(
            f"{where} begins with {f'{scheme}://'!r:.40}, but sources are local paths, or http:// "
            f"or https:// addresses: {mend}."
        )


def download(where: str, target: Path) -> None:
    """Write the file at an http(s) address to a path.

    Raises:
        InputError: It cannot be fetched, or it is larger or takes longer than it may.
    """
    try:
        sync(get_loop(), _download, where, target)
    except InputError:
        raise
    except TimeoutError:
        limits = Limits.current
        raise InputError(
            f"{where} cannot be fetched: the server sent nothing for {limits.stall_timeout:g} s, "
            f"or not all within {limits.download_timeout:g} s. Try again later, download the file "
            "and name its place, or raise `sources.stall_timeout` or `sources.download_timeout`."
        ) from None
    except Exception as error:  # aiohttp's own, and the network's
        # Not `from error`: its message holds the address as it is, with all that is secret.
        raise InputError(
            f"{where} cannot be fetched ({type(error).__name__}: {redact(str(error)):.300}). Check "
            "the address and the network, or download the file and name its place."
        ) from None


async def _download(where: str, target: Path) -> None:
    limits = Limits.current
    timeout = aiohttp.ClientTimeout(
        total=limits.download_timeout,
        sock_connect=limits.stall_timeout,
        sock_read=limits.stall_timeout,
    )
    # aiohttp follows redirects to http and https alone.
    async with (
        aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
        session.get(where, headers={"Accept-Encoding": "identity"}) as response,
    ):
        _check_size(response.content_length or 0, where)
        taken = 0
        with target.open("wb") as file:
            async for chunk in response.content.iter_chunked(CHUNK):
                taken += len(chunk)
                _check_size(taken, where)
                file.write(chunk)


def _check_size(size: int, where: str) -> None:
    check_size(size, where, "is larger than", "max_download_mb")


def file_name(where: str) -> str:
    """The name of the file at an address, fit for a path."""
    return urlsplit(where).path.rpartition("/")[2].lstrip(".")[-100:].replace("\0", "") or "file"
