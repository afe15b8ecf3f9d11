"""Gives its arguments back after a sleep in steps of 0.1 s with heartbeats. A process that it starts lives as long."""
import subprocess
import sys
import time

from onedata_lambda_utils.streaming import AtmResultStreamer
from onedata_lambda_utils.types import AtmHeartbeatCallback, AtmJobBatchRequest, AtmJobBatchResponse

STREAMER = AtmResultStreamer(result_name="value", synchronized=False)


def handle(job_batch_request: AtmJobBatchRequest, heartbeat_callback: AtmHeartbeatCallback) -> AtmJobBatchResponse:
    ctx = job_batch_request["ctx"]
    config = ctx["config"]
    # Its command line says to which execution this job belongs.
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)", ctx["atmWorkflowExecutionId"]])
    for _ in range(round((config.get("sleepDurationSec") or 0) * 10)):
        time.sleep(0.1)
        heartbeat_callback()
    child.kill()
    child.wait()
    if config.get("stream"):
        STREAMER.stream_items(args["value"] for args in job_batch_request["argsBatch"])
        return {"resultsBatch": [{} for _ in job_batch_request["argsBatch"]]}
    return {"resultsBatch": job_batch_request["argsBatch"]}
