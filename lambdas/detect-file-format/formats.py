"""Format names and MIME types by content: signatures of binary formats, then what kind of text it is.

Needs nothing but the interpreter: the answers do not change with what is installed on the machine.
"""
import codecs
import json
import re

BINARY = (
    # (offset, signature, name, MIME type)
    (0, b"\x89PNG\r\n\x1a\n", "PNG image data", "image/png"),
    (0, b"\xff\xd8\xff", "JPEG image data", "image/jpeg"),
    (0, b"GIF87a", "GIF image data, version 87a", "image/gif"),
    (0, b"GIF89a", "GIF image data, version 89a", "image/gif"),
    (0, b"II*\x00", "TIFF image data, little-endian", "image/tiff"),
    (0, b"MM\x00*", "TIFF image data, big-endian", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "MS Windows icon resource", "image/vnd.microsoft.icon"),
    (0, b"8BPS", "Adobe Photoshop Image", "image/vnd.adobe.photoshop"),
    (0, b"SIMPLE  =", "FITS image data", "image/fits"),
    (0, b"\x89HDF\r\n\x1a\n", "Hierarchical Data Format (version 5) data", "application/x-hdf5"),
    (0, b"\x0e\x03\x13\x01", "Hierarchical Data Format (version 4) data", "application/x-hdf"),
    (0, b"CDF\x01", "NetCDF Data Format data", "application/x-netcdf"),
    (0, b"CDF\x02", "NetCDF Data Format data (64-bit offset)", "application/x-netcdf"),
    (0, b"root\x00", "ROOT file", "application/x-root"),
    (0, b"PAR1", "Apache Parquet", "application/vnd.apache.parquet"),
    (0, b"Obj\x01", "Apache Avro", "application/vnd.apache.avro"),
    (0, b"\x93NUMPY", "NumPy array", "application/x-numpy-data"),
    (0, b"\x1f\x8b", "gzip compressed data", "application/gzip"),
    (0, b"BZh", "bzip2 compressed data", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "XZ compressed data", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard compressed data", "application/zstd"),
    (0, b"\x04\x22\x4d\x18", "LZ4 compressed data", "application/x-lz4"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-zip archive data", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "RAR archive data", "application/x-rar"),
    (257, b"ustar\x00", "POSIX tar archive", "application/x-tar"),
    (257, b"ustar  \x00", "POSIX tar archive (GNU)", "application/x-tar"),
    (0, b"\x7fELF", "ELF", "application/x-executable"),
    (0, b"\xca\xfe\xba\xbe", "compiled Java class data", "application/x-java-applet"),
    (0, b"\x00asm", "WebAssembly (wasm) binary module", "application/wasm"),
    (0, b"SQLite format 3\x00", "SQLite 3.x database", "application/vnd.sqlite3"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Composite Document File V2 Document", "application/x-ole-storage"),
    (0, b"ID3", "Audio file with ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "MPEG ADTS, layer III, v1", "audio/mpeg"),
    (0, b"fLaC", "FLAC audio bitstream data", "audio/flac"),
    (0, b"OggS", "Ogg data", "application/ogg"),
    (0, b"MThd", "Standard MIDI data", "audio/midi"),
    (0, b"\x1aE\xdf\xa3", "Matroska data", "video/x-matroska"),
    (0, b"FLV\x01", "Macromedia Flash Video", "video/x-flv"),
    (0, b"wOFF", "Web Open Font Format", "font/woff"),
    (0, b"wOF2", "Web Open Font Format (Version 2)", "font/woff2"),
    (0, b"\x00\x01\x00\x00\x00", "TrueType Font data", "font/sfnt"),
    (128, b"DICM", "DICOM medical imaging data", "application/dicom"),
)
RIFF = {b"WAVE": ("WAVE audio", "audio/x-wav"), b"AVI ": ("AVI", "video/x-msvideo"), b"WEBP": ("Web/P image", "image/webp")}
# First member of a zip archive that says what it really is.
ZIP_MEMBERS = (
    (b"word/", "Microsoft Word 2007+", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "Microsoft Excel 2007+", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "Microsoft PowerPoint 2007+", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"META-INF/MANIFEST.MF", "Java archive data (JAR)", "application/java-archive"),
)
# Bytes that no single-byte or UTF-8 text contains.
CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
SHEBANGS = (
    (r"python[\d.]*", "Python script, %s executable", "text/x-script.python"),
    (r"(ba)sh", "Bourne-Again shell script, %s executable", "text/x-shellscript"),
    (r"(z|k|da|a)?sh", "POSIX shell script, %s executable", "text/x-shellscript"),
    (r"node(js)?", "Node.js script executable, %s", "application/javascript"),
    (r"perl\d*", "Perl script, %s executable", "text/x-perl"),
    (r"ruby", "Ruby script, %s executable", "text/x-ruby"),
    (r"php\d*", "PHP script, %s executable", "text/x-php"),
    (r"Rscript", "R script, %s executable", "text/x-r"),
)
# Tried in order; %s is the kind of text.
TEXT = (
    (r"\A\s*<\?xml\b.*?<svg\b|\A\s*<svg\b", "SVG Scalable Vector Graphics image", "image/svg+xml"),
    (r"\A\s*<\?xml\s+version=[\"']([\d.]+)", "XML {0} document, %s", "text/xml"),
    (r"(?i)\A\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)\b", "HTML document, %s", "text/html"),
    (r"\A\s*<\?php\b", "PHP script, %s", "text/x-php"),
    (r"\A%!PS", "PostScript document text", "application/postscript"),
    (r"\A\{\\rtf", "Rich Text Format data", "text/rtf"),
    (r"\A-----BEGIN CERTIFICATE-----", "PEM certificate", "text/plain"),
    (r"\A-----BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----", "PEM private key", "text/plain"),
    (r"\A\s*\\(documentclass|documentstyle)\b", "LaTeX 2e document, %s", "text/x-tex"),
    (r"^\s*#\s*include\s*<(iostream|string|vector|map|memory|algorithm|fstream|sstream|c(std\w+|math|string))>", "C++ source, %s", "text/x-c++"),
    (r"^(using\s+namespace\s+\w+\s*;|template\s*<|namespace\s+\w+\s*\{|(public|private|protected):\s*$|class\s+\w+[^:;{]*(:[^;{]*)?\{)", "C++ source, %s", "text/x-c++"),
    (r"^\s*#\s*include\s*[<\"]", "C source, %s", "text/x-c"),
    (r"^(package\s+[\w.]+;|import\s+java[\w.]*\.[\w.*]+;)", "Java source, %s", "text/x-java"),
    (r"^from\s+[\w.]+\s+import\s", "Python script, %s executable", "text/x-script.python"),
    (r"^import\s+[\w.]+\s+as\s+\w+\s*$", "Python script, %s executable", "text/x-script.python"),
    (r"^\s{0,50}(async\s+)?def\s+\w+\([\w\s,*=:.'\"\[\]]*\)(\s*->\s*[^:]+)?:\s*$", "Python script, %s executable", "text/x-script.python"),
    (r"^class\s+\w+(\([\w\s.,=]*\))?\s*:", "Python script, %s executable", "text/x-script.python"),
    (r"^if\s+__name__\s*==\s*['\"]__main__['\"]", "Python script, %s executable", "text/x-script.python"),
    (r"^\s*try:\s*$.*?^\s*(except\b.*:|finally:)\s*$", "Python script, %s executable", "text/x-script.python"),
    # A module that is told by nothing but its doc string keeps the general type.
    (r"\A\s*\"\"\"", "Python script, %s executable", "text/plain"),
)


def detect(head):
    """(format name, MIME type) of the content that begins with the given bytes."""
    if head == b"":
        return "empty", "inode/x-empty"
    found = _binary(head)
    if found is not None:
        return found
    kind, text = _decode(head)
    if text is None:
        return "data", "application/octet-stream"
    return _text(kind, text)


def _binary(head):
    version = re.match(rb"%PDF-([\d.]+)", head)
    if version:
        return "PDF document, version %s" % version.group(1).decode("ascii"), "application/pdf"
    for offset, signature, name, mime_type in BINARY:
        # A readable signature says nothing about a file that is text anyway.
        if head.startswith(signature, offset) and not (CONTROL.search(signature) is None and _is_text(head)):
            return name, mime_type
    if head.startswith(b"RIFF") and head[8:12] in RIFF:
        name, mime_type = RIFF[head[8:12]]
        return "RIFF (little-endian) data, " + name, mime_type
    if head.startswith(b"PK\x03\x04"):
        return _zip(head)
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if head.startswith(b"BM") and head[6:10] == b"\x00\x00\x00\x00":
        return "PC bitmap", "image/bmp"
    if head.startswith(b"MZ") and b"PE\x00\x00" in head[:4096]:
        return "PE32 executable (MS Windows)", "application/x-dosexec"
    return None


def _zip(head):
    name_end = 30 + int.from_bytes(head[26:28], "little")
    if head[30:name_end] == b"mimetype":
        size = int.from_bytes(head[18:22], "little")
        mime_type = head[name_end:name_end + size].decode("ascii", "replace").strip()
        return ("EPUB document" if "epub" in mime_type else "OpenDocument"), mime_type or "application/zip"
    for member, name, mime_type in ZIP_MEMBERS:
        if member in head:
            return name, mime_type
    return "Zip archive data", "application/zip"


def _iso_media(brand):
    if brand.startswith((b"heic", b"heix", b"mif1")):
        return "ISO Media, HEIF Image", "image/heic"
    if brand.startswith(b"avif"):
        return "ISO Media, AVIF Image", "image/avif"
    if brand.startswith(b"qt"):
        return "ISO Media, Apple QuickTime movie", "video/quicktime"
    if brand.startswith(b"M4A"):
        return "ISO Media, Apple iTunes ALAC/AAC-LC (.M4A) Audio", "audio/x-m4a"
    return "ISO Media, MP4", "video/mp4"


def _is_text(head):
    return CONTROL.search(head) is None


def _decode(head):
    """(kind of text, text), or (None, None) for what is no text."""
    for mark, codec, kind in (
        (codecs.BOM_UTF8, "utf-8-sig", "Unicode text, UTF-8 (with BOM) text"),
        (codecs.BOM_UTF16_LE, "utf-16", "Unicode text, UTF-16, little-endian text"),
        (codecs.BOM_UTF16_BE, "utf-16", "Unicode text, UTF-16, big-endian text"),
    ):
        if head.startswith(mark):
            return kind, head.decode(codec, "replace")
    if not _is_text(head):
        return None, None
    if head.isascii():
        return "ASCII text", head.decode("ascii")
    try:
        # The last character may be cut off at the end of what was read.
        return "Unicode text, UTF-8 text", codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        kind = "Non-ISO extended-ASCII text" if re.search(rb"[\x80-\x9f]", head) else "ISO-8859 text"
        return kind, head.decode("latin-1")


def _text(kind, text):
    first_line = text.split("\n", 1)[0]
    shebang = re.match(r"#!\s*(?:\S*/env\s+(?:-\S+\s+)*)?(?:\S*/)?(\S+)", first_line)
    if shebang:
        for program, name, mime_type in SHEBANGS:
            if re.fullmatch(program, shebang.group(1)):
                return name % kind, mime_type
    for pattern, name, mime_type in TEXT:
        found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
        if found:
            filled = name.format(*found.groups("")) if "{0}" in name else name
            return (filled % kind if "%s" in filled else filled), mime_type
    if _is_json(text):
        return "JSON text data", "application/json"
    if _is_csv(text):
        return "CSV " + kind.replace("ASCII ", ""), "text/csv"
    return kind + _line_terminators(text), "text/plain"


def _is_json(text):
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
        return True
    except (ValueError, RecursionError):
        return False


def _is_csv(text):
    lines = text.split("\n")[:10]
    if len(lines) < 3:
        return False
    counts = {line.count(",") for line in lines[:-1]}
    return len(counts) == 1 and counts != {0} and not re.search(r"[;{}]", text[:1000])


def _line_terminators(text):
    crlf = text.count("\r\n")
    lf = text.count("\n") - crlf
    cr = text.count("\r") - crlf
    names = [name for name, count in (("CRLF", crlf), ("CR", cr), ("LF", lf)) if count > 0]
    if not names:
        return ", with no line terminators"
    return "" if names == ["LF"] else ", with %s line terminators" % ", ".join(names)
