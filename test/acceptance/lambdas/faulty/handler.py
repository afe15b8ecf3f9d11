"""Goes wrong in the way that its configuration names."""
import os
import sys
import time


def handle(job_batch_request, heartbeat_callback):
    fault = job_batch_request["ctx"]["config"]["fault"]
    batch = job_batch_request["argsBatch"]
    if fault == "throws":
        raise ValueError("no such luck")
    if fault == "exits":
        os._exit(7)
    if fault == "prints":
        print("{\"resultsBatch\": [\x00\x01 garbage", flush=True)
        os.write(1, b"\xff\xfe\x00 not text\n")
        sys.stderr.write("and to the other one\n")
    if fault == "few":
        return {"resultsBatch": batch[:-1]}
    if fault == "shape":
        return {"results": batch}
    if fault == "hangs":
        time.sleep(60)
    return {"resultsBatch": batch}
