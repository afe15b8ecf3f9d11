"""Downloads of files over HTTP and HTTPS to a place below the mount (lambdas R125, R126)."""
import os
import traceback
import urllib.error
import urllib.request

from onedata_lambda_utils.logging import AtmLogger
from onedata_lambda_utils.stats import AtmTimeSeriesMeasurementBuilder
from onedata_lambda_utils.streaming import AtmResultStreamer

MOUNT_POINT = "/mnt/onedata"
CHUNK_BYTES = 10 * 1024 * 1024
TIMEOUT_SEC = 120


class FilesProcessed(AtmTimeSeriesMeasurementBuilder, ts_name="filesProcessed", unit="CountsPerSec"):
    pass


class BytesProcessed(AtmTimeSeriesMeasurementBuilder, ts_name="bytesProcessed", unit="BytesPerSec"):
    pass


class DownloadError(Exception):
    """What is told of an item without a traceback."""


LOGS = AtmLogger(result_name="logs", synchronized=False)
STATS = AtmResultStreamer(result_name="stats", synchronized=False)


def handle(job_batch_request, heartbeat_callback):
    results = []
    for args in job_batch_request["argsBatch"]:
        heartbeat_callback()
        results.append(process_item(args["downloadInfo"], heartbeat_callback))
    return {"resultsBatch": results}


def process_item(info, heartbeat_callback):
    try:
        path = os.path.join(MOUNT_POINT, info["destinationPath"])
        if not is_there(path, info):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            download(info, path, heartbeat_callback)
        STATS.stream_item(FilesProcessed.build(1))
        return {"processedFilePath": info["destinationPath"]}
    except (DownloadError, urllib.error.URLError) as error:
        return {"exception": str(error)}
    except Exception:  # pylint: disable=broad-except
        return {"exception": traceback.format_exc()}


def is_there(path, info):
    """Whether an earlier run left the whole file; what it left of a part of it is removed."""
    if not os.path.exists(path):
        return False
    size = os.path.getsize(path)
    if size == info["size"]:
        LOGS.info({"downloadInfo": info, "message": "Skipping download: the file is already there with the expected size."})
        return True
    message = "Removing the file that is already there: it has %d B instead of %d B." % (size, info["size"])
    LOGS.info({"downloadInfo": info, "message": message})
    os.remove(path)
    return False


def download(info, path, heartbeat_callback):
    url = info["sourceUrl"]
    # Only these: urllib would open files of the sandbox as well.
    if not url.startswith(("http://", "https://")):
        raise DownloadError("%s cannot be downloaded: only http and https are supported" % url)
    size = 0
    with urllib.request.urlopen(url, timeout=TIMEOUT_SEC) as source, open(path, "wb") as target:
        while True:
            chunk = source.read(CHUNK_BYTES)
            if not chunk:
                break
            target.write(chunk)
            size += len(chunk)
            STATS.stream_item(BytesProcessed.build(len(chunk)))
            heartbeat_callback()
    check_size(size, info["size"], "download")
    check_size(os.path.getsize(path), info["size"], "the file stored in the target location")


def check_size(actual, expected, subject):
    if actual != expected:
        raise DownloadError("Mismatch between expected (%d B) and actual (%d B) size of %s." % (expected, actual, subject))
