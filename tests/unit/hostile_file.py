"""Hostile files, built byte by byte; each is small on disk."""

import struct
import zipfile
import zlib
from pathlib import Path

TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Subjects" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'


def parts(sheet: str, strings: str = "") -> dict[str, str]:
    made = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS.format(
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELS.format(
            f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        ),
        "xl/worksheets/sheet1.xml": SHEET.format(sheet),
    }
    if strings:
        made["xl/sharedStrings.xml"] = f'<?xml version="1.0"?><sst xmlns="{MAIN}">{strings}</sst>'
    return made


def package(path: Path, contents: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in contents.items():
            made.writestr(name, text)
    return path


def bomb(path: Path, megabytes: int) -> Path:
    """A sheet of blanks, packed about a thousand to one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, text in parts("").items():
            if name != "xl/worksheets/sheet1.xml":
                made.writestr(name, text)
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            stream.write(SHEET.split("{}", maxsplit=1)[0].encode())
            for _ in range(megabytes):
                stream.write(b" " * (1 << 20))
            stream.write(b"</sheetData></worksheet>")
    return path


def liar(path: Path, megabytes: int) -> Path:
    """A part that declares a few bytes, with their checksum, and unpacks to megabytes."""
    said = SHEET.format("").encode()
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = pack.compress(said + b" " * (megabytes << 20)) + pack.flush()
    whole = parts("")
    del whole["xl/worksheets/sheet1.xml"]
    body, directory, count = b"", b"", 0
    entries = [(name, text.encode(), None) for name, text in whole.items()]
    for name, text, _ in [*entries, ("xl/worksheets/sheet1.xml", said, packed)]:
        method = 8 if name.endswith("sheet1.xml") else 0
        stored = packed if method else text
        fields = (20, 0, method, 0, 33, zlib.crc32(text), len(stored), len(text), len(name), 0)
        at = len(body)
        body += struct.pack("<4s5H3I2H", b"PK\3\4", *fields) + name.encode() + stored
        directory += struct.pack(
            "<4sH5H3I5H2I", b"PK\1\2", 20, *fields[:5], *fields[5:8], len(name), 0, 0, 0, 0, 0, at
        )
        directory += name.encode()
        count += 1
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


def spread_document(path: Path, cell: str) -> Path:
    """An .ods whose one sheet holds `cell` as its table body."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Subjects">{cell}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return package(path, {"mimetype": mimetype, "content.xml": content})


def transport(path: Path, variables: int, length: int = 8) -> Path:
    """A transport file whose header claims variables that are not there."""
    head = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    real = b"SAS     SAS     SASLIB  6.06    bsd4.2" + b" " * 26 + b"23NOV26:00:00:00"
    date = b"23NOV26:00:00:00".ljust(80)
    member = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!" + b"0" * 17 + b"1600000000140  "
    described = b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    data = b"SAS     DM      SASDATA 6.06    bsd4.2".ljust(64) + b"23NOV26:00:00:00"
    names = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!" + b"%010d" % variables
    one = struct.pack(">hhhh8s", 1, 0, length, 1, b"USUBJID ").ljust(140, b"\0")
    content = head + real.ljust(80) + date + member + described + data + date
    path.write_bytes(content + names.ljust(78, b"0") + b"  " + one.ljust(160) + b" " * 160)
    return path
