"""The format of a file by its content (lambdas R128)."""
import mimetypes
import os
import stat
import traceback

import xattr

from formats import detect

MOUNT_POINT = "/mnt/onedata"
# Enough for every signature and for telling text from data.
HEAD_BYTES = 64 * 1024
# Only the interpreter's own table, and the part of it that differs between interpreters fixed here.
TYPES = mimetypes.MimeTypes(filenames=())
FIXED_EXTENSIONS = {"text/plain": [".txt", ".bat", ".c", ".h", ".ksh", ".pl"]}


def handle(job_batch_request, heartbeat_callback):
    results = []
    for args in job_batch_request["argsBatch"]:
        results.append(process_item(args))
        heartbeat_callback()
    return {"resultsBatch": results}


def process_item(args):
    try:
        file = args["file"]
        path = "%s/.__onedata__file_id__%s" % (MOUNT_POINT, file["fileId"])
        if file.get("type", "REG") != "REG" or not stat.S_ISREG(os.stat(path).st_mode):
            return {"exception": "Not a regular file"}
        with open(path, "rb") as content:
            format_name, mime_type = detect(content.read(HEAD_BYTES))
        extensions = FIXED_EXTENSIONS.get(mime_type) or TYPES.guess_all_extensions(mime_type)
        is_matching = not extensions or os.path.splitext(file["name"])[1].lower() in extensions
        metadata_key = args.get("metadataKey") or ""
        if metadata_key:
            set_attributes(path, metadata_key, format_name, mime_type, is_matching)
        return {
            "result": {
                "fileId": file["fileId"],
                "fileName": file["name"],
                "formatName": format_name,
                "mimeType": mime_type,
                "extensions": extensions,
                "isExtensionMatchingFormat": is_matching,
            }
        }
    except Exception:  # pylint: disable=broad-except
        return {"exception": traceback.format_exc()}


def set_attributes(path, metadata_key, format_name, mime_type, is_matching):
    values = {"format-name": format_name, "mime-type": mime_type, "is-extension-matching-format": str(is_matching)}
    for name, value in values.items():
        xattr.setxattr(path, "%s.%s" % (metadata_key, name), value.encode("utf-8"))
