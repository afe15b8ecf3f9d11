"""Imports a handler the way its base image does (lambdas R89, R95, R97, R99)."""
import importlib.util
import os
import sys
import types


def load(settings):
    """The imported module; whatever its import raises passes through."""
    path = settings["handler"]
    folder = os.path.dirname(path)
    name = os.path.splitext(os.path.basename(path))[0]
    sys.argv = [path]
    # Stand-ins come first: the real modules do not fit a plain disk and a private /out.
    sys.path[:0] = [settings["standins"], folder]
    sys.path.append(settings["fallbacks"])
    package = types.ModuleType("function")
    package.__path__ = [folder]
    sys.modules["function"] = package
    spec = importlib.util.spec_from_file_location("function." + name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["function." + name] = module
    sys.modules[name] = module
    spec.loader.exec_module(module)
    setattr(package, name, module)
    if not callable(getattr(module, "handle", None)):
        raise TypeError("%s has no function handle(job_batch_request, heartbeat_callback)" % os.path.basename(path))
    mount = settings.get("mountPoint")
    if mount is not None and hasattr(module, "MOUNT_POINT"):
        module.MOUNT_POINT = mount
    return module
