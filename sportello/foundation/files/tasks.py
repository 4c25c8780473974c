"""Jobs of the files room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .models import Blob


@app.task(name="files.scan_blob", queue="files")  # type: ignore[untyped-decorator]  # procrastinate ships no types
def scan_blob(*, blob_id: int) -> None:
    """May run twice; the second time finds the same answer."""
    from .actions import scan

    blob = Blob.objects.filter(pk=blob_id).first()
    if blob is not None:
        scan(blob)
