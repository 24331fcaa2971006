"""What a visit sends is bounded though no page looks at it: the oldest leaves, nobody else's does."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette import formparsers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from core import quota
from pages.parts import arrivals


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    monkeypatch.setattr(quota, "OWN_FILES", 100)
    monkeypatch.setattr(quota, "ALL", 250)
    monkeypatch.setattr(formparsers, "SpooledTemporaryFile", formparsers.SpooledTemporaryFile)  # put back afterwards
    made = MemoryUploadedFileManager("/upload")
    arrivals.bound(made)
    return made


def send(files: MemoryUploadedFileManager, visit: str, key: str, size: int) -> None:
    files.add_file(visit, UploadedFileRec(key, f"{key}.csv", "text/csv", bytes(size)))


def held(files: MemoryUploadedFileManager, visit: str) -> list[str]:
    return [file.file_id for file in files.get_files(visit, [str(number) for number in range(300)])]


def test_the_oldest_files_of_a_visit_leave_for_its_newest(files: MemoryUploadedFileManager) -> None:
    send(files, "other", "0", 90)
    for number in range(5):
        send(files, "mine", str(number), 40)
    assert held(files, "mine") == ["3", "4"]
    assert held(files, "other") == ["0"]
    send(files, "mine", "5", 100)
    assert held(files, "mine") == ["5"]


def test_countless_small_files_leave_too(files: MemoryUploadedFileManager) -> None:
    for number in range(2 * arrivals.MOST):
        send(files, "mine", str(number), 0)
    assert len(held(files, "mine")) == arrivals.MOST
    assert held(files, "mine")[-1] == str(2 * arrivals.MOST - 1)


def test_a_full_app_takes_no_more_and_drops_nobody(files: MemoryUploadedFileManager) -> None:
    for visit in ("a", "b"):
        send(files, visit, "1", 100)
    with pytest.raises(HTTPException) as refused:
        send(files, "c", "1", 60)
    assert refused.value.status_code == 413
    assert [held(files, visit) for visit in "abc"] == [["1"], ["1"], []]
    files.remove_session_files("a")
    send(files, "c", "1", 60)
    assert held(files, "c") == ["1"]


def run(work: Coroutine[Any, Any, bytes]) -> bytes:
    """In a thread of its own: browser tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def arrive(content: bytes) -> bytes:
    """Send a file as a browser does, in parts, and read it as the server does."""
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="m.pkl"\r\n\r\n' + content + b"\r\n--x--\r\n"
    parts = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    kind = (b"content-type", b"multipart/form-data; boundary=x")
    form = await Request({"type": "http", "headers": [kind]}, receive).form()
    file: Any = form["f"]
    try:
        return bytes(await file.read())
    finally:
        file.file.close()


def test_a_large_file_never_touches_the_disk(files: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "ALL", 4_000_000)
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    content = bytes(range(256)) * 12_000
    assert run(arrive(content)) == content
    assert run(arrive(content)) == content, "what came before counts no longer"


def test_what_is_on_its_way_is_bounded_for_all_together(files: MemoryUploadedFileManager) -> None:
    first = formparsers.SpooledTemporaryFile(max_size=1)
    first.write(bytes(200))
    with pytest.raises(HTTPException) as refused:
        run(arrive(bytes(60)))
    assert refused.value.status_code == 413
    del first
    gc.collect()
    assert run(arrive(bytes(60))) == bytes(60), "an upload that was broken off counts no longer"
