"""`python -m laneway_runner SETTINGS [--fresh | --child FD]`: the entry of every process of a Python runner."""
import json
import sys

from . import child, supervisor


def main():
    settings = json.loads(sys.argv[1])
    if len(sys.argv) > 3 and sys.argv[2] == "--child":
        child.run_in_fresh_interpreter(settings, int(sys.argv[3]))
    else:
        supervisor.Supervisor(settings, fresh="--fresh" in sys.argv[2:]).run()


main()
