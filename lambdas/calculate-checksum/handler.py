"""Checksums of files, read through the mount (lambdas R118–R122)."""
import hashlib
import os
import stat
import traceback
import zlib

import xattr
from onedata_lambda_utils.stats import AtmTimeSeriesMeasurementBuilder
from onedata_lambda_utils.streaming import AtmResultStreamer

MOUNT_POINT = "/mnt/onedata"
CHUNK_BYTES = 10 * 1024 * 1024
# These have no length of their own: twice the security level, where collisions are as hard as the name promises.
SHAKE_DIGEST_BYTES = {"shake_128": 32, "shake_256": 64}
ALGORITHMS = (
    "adler32",
    "blake2b",
    "blake2s",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "shake_128",
    "shake_256",
)


class FilesProcessed(AtmTimeSeriesMeasurementBuilder, ts_name="filesProcessed", unit="CountsPerSec"):
    pass


class BytesProcessed(AtmTimeSeriesMeasurementBuilder, ts_name="bytesProcessed", unit="BytesPerSec"):
    pass


class Adler32:
    """The interface of hashlib for the one checksum it lacks."""

    def __init__(self):
        self._value = 1

    def update(self, data):
        self._value = zlib.adler32(data, self._value)

    def hexdigest(self):
        return format(self._value & 0xFFFFFFFF, "x")


STATS = AtmResultStreamer(result_name="stats", synchronized=False)


def handle(job_batch_request, heartbeat_callback):
    config = job_batch_request["ctx"]["config"]
    algorithm = config.get("algorithm")
    if algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        return {"exception": "%s algorithm is unsupported. Available ones are: %s" % (algorithm, known)}
    results = []
    for args in job_batch_request["argsBatch"]:
        heartbeat_callback()
        results.append(process_item(args, algorithm, config.get("metadataKey") or "", heartbeat_callback))
    return {"resultsBatch": results}


def process_item(args, algorithm, metadata_key, heartbeat_callback):
    try:
        subject, path, mode = locate(args)
        checksum = None
        if stat.S_ISREG(mode):
            try:
                checksum = calculate(path, algorithm, heartbeat_callback)
                if metadata_key:
                    xattr.setxattr(path, metadata_key, checksum.encode("ascii"))
            finally:
                STATS.stream_item(FilesProcessed.build(1))
        return {"result": {**subject, "algorithm": algorithm, "checksum": checksum}}
    except Exception:  # pylint: disable=broad-except
        return {"exception": traceback.format_exc()}


def locate(args):
    """(how the result names the file, its path, its mode); a download that is not there counts as no regular file."""
    if "downloadInfo" in args:
        relative = args["downloadInfo"]["destinationPath"]
        path = os.path.join(MOUNT_POINT, relative)
        return {"filePath": relative}, path, os.stat(path).st_mode if os.path.exists(path) else 0
    file_id = args["file"]["fileId"]
    path = "%s/.__onedata__file_id__%s" % (MOUNT_POINT, file_id)
    return {"fileId": file_id}, path, os.stat(path).st_mode


def calculate(path, algorithm, heartbeat_callback):
    digest = Adler32() if algorithm == "adler32" else hashlib.new(algorithm)
    with open(path, "rb") as content:
        while True:
            chunk = content.read(CHUNK_BYTES)
            if not chunk:
                break
            digest.update(chunk)
            STATS.stream_item(BytesProcessed.build(len(chunk)))
            heartbeat_callback()
    if algorithm in SHAKE_DIGEST_BYTES:
        return digest.hexdigest(SHAKE_DIGEST_BYTES[algorithm])
    return digest.hexdigest()
