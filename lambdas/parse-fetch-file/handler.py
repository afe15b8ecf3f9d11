"""The list of downloads that a fetch file describes, one `<url> <size> <path>` per line (lambdas R123, R124)."""
import os
import stat
import traceback

MOUNT_POINT = "/mnt/onedata"


def handle(job_batch_request, heartbeat_callback):
    results = []
    for args in job_batch_request["argsBatch"]:
        results.append(process_item(args))
        heartbeat_callback()
    return {"resultsBatch": results}


def process_item(args):
    try:
        fetch_file = args["fetchFile"]
        files = list_downloads(fetch_file["fileId"], args["destinationDir"]["fileId"])
        return {
            "filesToDownload": files,
            "statusLog": {
                "severity": "info",
                "fetchFileName": fetch_file["name"],
                # Both spaces are part of the message that others look for.
                "status": "Found  %d files to be downloaded." % len(files),
            },
        }
    except Exception:  # pylint: disable=broad-except
        return {"exception": traceback.format_exc()}


def list_downloads(fetch_file_id, destination_id):
    path = "%s/.__onedata__file_id__%s" % (MOUNT_POINT, fetch_file_id)
    if not stat.S_ISREG(os.stat(path).st_mode):
        return []
    with open(path, encoding="utf-8") as lines:
        return [parse_line(line, destination_id) for line in lines]


def parse_line(line, destination_id):
    # The path comes last and may contain spaces.
    url, size, path = line.strip().split(None, 2)
    return {
        "sourceUrl": url,
        "destinationPath": ".__onedata__file_id__%s/%s" % (destination_id, path.lstrip("/")),
        "size": int(size),
    }
