"""Types that handlers annotate with (lambdas §9.2, R92): subscriptable at import time, plain dicts at run time."""
from typing import Any, Callable, Dict, List, Union

try:
    from typing import Literal, TypedDict
except ImportError:  # Python < 3.8
    from typing_extensions import Literal, TypedDict

FileType = Literal["REG", "DIR", "SYMLNK"]
ProtectionFlag = Literal["data_protection", "metadata_protection"]
InheritancePath = Literal["none", "direct", "ancestor", "direct_and_ancestor"]
LogLevel = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]

AtmObject = Dict[str, Any]
AtmHeartbeatCallback = Callable[[], None]


class AtmFile(TypedDict, total=False):
    fileId: str
    index: str
    type: FileType
    activePermissionsType: str
    posixPermissions: str
    acl: List[AtmObject]
    name: str
    conflictingName: str
    path: str
    parentFileId: str
    displayGid: int
    displayUid: int
    atime: int
    mtime: int
    ctime: int
    size: int
    isFullyReplicatedLocally: bool
    localReplicationRate: float
    originProviderId: str
    directShareIds: List[str]
    ownerUserId: str
    hardlinkCount: int
    symlinkValue: str
    hasCustomMetadata: bool
    effProtectionFlags: List[ProtectionFlag]
    effDatasetProtectionFlags: List[ProtectionFlag]
    effDatasetInheritancePath: InheritancePath
    effQosInheritancePath: InheritancePath
    aggregateQosStatus: str
    archiveRecallRootFileId: str


class AtmDataset(TypedDict, total=False):
    datasetId: str
    parentId: str
    rootFileId: str
    rootFileType: FileType
    rootFilePath: str
    rootFileDeleted: bool
    state: str
    protectionFlags: List[ProtectionFlag]
    effProtectionFlags: List[ProtectionFlag]
    creationTime: int
    archiveCount: int


class AtmGroup(TypedDict, total=False):
    groupId: str
    name: str
    type: str


class _AtmRangeEnd(TypedDict):
    end: int


class AtmRange(_AtmRangeEnd, total=False):
    start: int
    step: int


class AtmTimeSeriesMeasurement(TypedDict):
    tsName: str
    timestamp: int
    value: Union[int, float]


class AtmException(TypedDict):
    exception: Union[int, float, str, AtmObject]


class _GenericDict(dict):
    """A dict whose class may be subscribed with any number of types; older interpreters lack generic TypedDicts."""

    def __class_getitem__(cls, _item):
        return cls


class AtmJobBatchRequestCtx(_GenericDict):
    """Keys as in lambdas §1.3."""


class AtmJobBatchRequest(_GenericDict):
    """`ctx` and `argsBatch`."""


class AtmJobBatchResponse(_GenericDict):
    """`resultsBatch`."""
