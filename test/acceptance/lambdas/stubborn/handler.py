"""Does not listen to SIGTERM."""
import signal
import subprocess
import sys
import time


def handle(job_batch_request, heartbeat_callback):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    execution_id = job_batch_request["ctx"]["atmWorkflowExecutionId"]
    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)", execution_id])
    while True:
        heartbeat_callback()
        time.sleep(0.1)
