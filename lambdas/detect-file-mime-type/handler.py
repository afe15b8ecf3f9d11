"""The MIME type that a file's name suggests (lambdas R129)."""
import mimetypes
import traceback

import xattr

MOUNT_POINT = "/mnt/onedata"
UNKNOWN = "unknown"

# Only the interpreter's own table: the answer must not depend on what is installed on the machine.
TYPES = mimetypes.MimeTypes(filenames=())


def handle(job_batch_request, heartbeat_callback):
    results = []
    for args in job_batch_request["argsBatch"]:
        results.append(process_item(args))
        heartbeat_callback()
    return {"resultsBatch": results}


def process_item(args):
    try:
        file = args["file"]
        if file.get("type", "REG") != "REG":
            return {"exception": "Not a regular file"}
        mime_type = TYPES.guess_type(file["name"])[0] or UNKNOWN
        metadata_key = args.get("metadataKey") or ""
        if metadata_key:
            path = "%s/.__onedata__file_id__%s" % (MOUNT_POINT, file["fileId"])
            xattr.setxattr(path, metadata_key + ".mime-type", mime_type.encode("utf-8"))
        return {"format": {"fileId": file["fileId"], "fileName": file["name"], "mimeType": mime_type}}
    except Exception:  # pylint: disable=broad-except
        return {"exception": traceback.format_exc()}
