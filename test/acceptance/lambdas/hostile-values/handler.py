"""Gives back, streams, logs or measures what each item names: values that nobody expects."""
import json
import sys
import time

# So that what is deep gets as far as the server.
sys.setrecursionlimit(100_000)

MEGABYTE = 1024 * 1024


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


VALUES = {
    "small": lambda: {"v": 1},
    "100 MB": lambda: {"v": "x" * (100 * MEGABYTE)},
    "17 MB": lambda: {"v": "x" * (17 * MEGABYTE)},
    "17 MB key": lambda: {"x" * (17 * MEGABYTE): 1},
    "10,000 levels": lambda: {"v": nested(10_000)},
    "150 levels": lambda: {"v": nested(150)},
    "names of prototypes": lambda: {"__proto__": {"polluted": True}, "constructor": {"prototype": {"polluted": True}}, "toString": None},
    "lone surrogates": lambda: {"v": "\ud800 \udfff", "\ud800": 1},
    "U+0000": lambda: {"v": "a\0b", "\0": 1},
    "NaN as text": lambda: {"v": ["NaN", "Infinity", "-0", "1e400"]},
    "NaN": lambda: {"v": float("nan")},
    "1e308": lambda: {"v": [1e308, -1e308, 5e-324]},
    "1e400": lambda: {"v": 10**400},
    "2^53 + 1": lambda: {"v": [2**53 - 1, 2**53 + 1]},
    "-0": lambda: {"v": -0.0},
    "1 MB key": lambda: {"k" * MEGABYTE: 1},
    "100,000 keys": lambda: {"key %d" % number: number for number in range(100_000)},
    "1,000,000 nulls": lambda: {"v": [None] * 1_000_000},
    "no object": lambda: [None] * 1_000_000,
}


def measured(name="n_x", timestamp=60, value=1):
    return {"tsName": name, "timestamp": timestamp, "value": value}


MEASUREMENTS = {
    "small": lambda: [measured()],
    "U+0000": lambda: [measured(name="n_\0")],
    "lone surrogate": lambda: [measured(name="n_\ud800")],
    "1 MB name": lambda: [measured(name="n_" + "x" * MEGABYTE)],
    "name of a prototype": lambda: [measured(name="n___proto__")],
    "name nobody asked for": lambda: [measured(name="x" * MEGABYTE), measured(name="\0")],
    "1e308 twice": lambda: [measured(name="n_big", value=1e308), measured(name="n_big", value=1e308)],
    "1e400": lambda: [measured(value=10**400)],
    "NaN": lambda: [measured(value=float("nan"))],
    "NaN as text": lambda: [measured(value="NaN")],
    "-0": lambda: [measured(name="n_zero", value=-0.0)],
    "before time": lambda: [measured(timestamp=-1)],
    "end of time": lambda: [measured(name="n_late", timestamp=2**53 + 1)],
    "100,000 measurements": lambda: [measured(name="n_many", timestamp=second) for second in range(100_000)],
    "1,000,000 nulls": lambda: [None] * 1_000_000,
    "10,000 levels": lambda: [dict(measured(), more=nested(10_000))],
}


def handle(job_batch_request, heartbeat_callback):
    how = job_batch_request["ctx"]["config"]["how"]
    results = []
    for args in job_batch_request["argsBatch"]:
        heartbeat_callback()
        what = args["value"]["what"]
        value = (MEASUREMENTS if how == "measure" else VALUES)[what]()
        if how == "stream":
            with open("/out/value", "a") as out:
                out.write(json.dumps(value) + "\n")
        if how == "slow":
            time.sleep(0.2)
        results.append({} if how == "stream" else {"value": value})
    return {"resultsBatch": results}
