"""Files that hold other files, made in memory."""

import io
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    """A .tar.gz of `files`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def document(lines: Iterable[str]) -> bytes:
    """A .docx with a paragraph for each of `lines`."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    xml = f"<w:document><w:body>{body}</w:body></w:document>"
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": xml.encode()})


def workbook(cells: Iterable[str]) -> bytes:
    """An .xlsx with one row of `cells`."""
    cells = list(cells)
    shared = "".join(f"<si><t>{cell}</t></si>" for cell in cells)
    row = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(len(cells)))
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>".encode(),
            "xl/worksheets/sheet1.xml": f"<sheetData><row>{row}</row></sheetData>".encode(),
        }
    )


def database(folder: Path, rows: Mapping[str, str]) -> bytes:
    """An SQLite file with one table of names and values."""
    path = folder / "made.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE settings (name TEXT, value TEXT)")
    connection.executemany("INSERT INTO settings VALUES (?, ?)", rows.items())
    connection.commit()
    connection.close()
    return path.read_bytes()
