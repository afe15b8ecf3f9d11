"""Checksums over the file API alone, as a lambda that knows nothing but its request (lambdas §1.3, §12)."""
import hashlib
import json
import os
import ssl
import urllib.request


def handle(job_batch_request, heartbeat_callback):
    ctx = job_batch_request["ctx"]
    if os.environ.get("VERIFY_SSL_CERTIFICATES") != "false":
        return {"exception": "VERIFY_SSL_CERTIFICATES is not false"}
    tls = ssl._create_unverified_context()
    base = "https://%s/api/v3/oneprovider/data/" % ctx["oneproviderDomain"]

    def call(method, path, body=None):
        headers = {"X-Auth-Token": ctx["accessToken"]}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, context=tls, timeout=30) as response:
            return response.read()

    results = []
    for args in job_batch_request["argsBatch"]:
        heartbeat_callback()
        try:
            file = args["file"]
            checksum = None
            if file["type"] == "REG":
                checksum = hashlib.new(ctx["config"]["algorithm"], call("GET", file["fileId"] + "/content")).hexdigest()
                call("PUT", file["fileId"] + "/metadata/xattrs", {ctx["config"]["metadataKey"]: checksum})
            results.append({"result": {"fileId": file["fileId"], "algorithm": ctx["config"]["algorithm"], "checksum": checksum}})
        except Exception as error:  # pylint: disable=broad-except
            results.append({"exception": repr(error)})
    return {"resultsBatch": results}
