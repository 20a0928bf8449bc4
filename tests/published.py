"""The addons that are on PyPI: what task definitions name in them, and answers that give the same.

The lists are theirs, nothing else is. Each module is baked on its own, under the same names;
`differs` says what is not the same, and why.
"""

from dataclasses import dataclass, field

from tests.combinations import Answers
from tests.surface import Surface

# A part of a schema that every handler of the template has, and some of the published do not.
OURS = ("cacheableVariables", "conditionals", "credentials", "encryption", "flags", "parameters")


def _surface(
    classes: str = "",
    schemas: str = "",
    lookups: str = "",
    cachings: str = "",
    ids: dict[str, str | None] | None = None,
) -> Surface:
    """Write a surface as lists of words; `ids` has the `$id`s that do not tell the file's place."""
    places: dict[str, str | None] = {name: f"http://localhost/{name}" for name in schemas.split()}
    return Surface(
        frozenset(f"opentaskpy.addons.{name}" for name in classes.split()),
        places | (ids or {}),
        frozenset(lookups.split()),
        frozenset(cachings.split()),
    )


@dataclass(frozen=True)
class Published:
    """An addon on PyPI, and the answers with which the template gives its surface."""

    requirement: str
    surface: Surface
    bakes: list[Answers]
    differs: dict[str, str] = field(default_factory=dict)
    """Why a schema of theirs is not in ours, or has another `$id`."""


def _plugin(package: str, module: str, **kind: bool) -> Answers:
    none = {"transfer": "none", "execution": "none"}
    return {"package_name": package, "module_name": module, **none, **kind}


ANOTHER_ID = "theirs has the $id of another schema"
NO_ID = "theirs has no $id"
THE_SERVICE = "keys of this service alone; its author writes them"

PUBLISHED = [
    Published(
        "otf-addons-aws==26.18.0",
        _surface(
            classes="""
                aws.remotehandlers.s3.S3Transfer
                aws.remotehandlers.s3.S3Execution
                aws.remotehandlers.lambda.LambdaExecution
                aws.remotehandlers.ecsfargate.FargateTaskExecution
            """,
            schemas="""
                transfer/s3_source.json
                transfer/s3_source/fileWatch.json
                transfer/s3_source/protocol.json
                transfer/s3_destination.json
                transfer/s3_destination/flags.json
                transfer/s3_destination/protocol.json
                transfer/s3_destination/rename.json
                execution/s3/s3.json
                execution/s3/protocol.json
                execution/lambda/lambda.json
                execution/lambda/protocol.json
                execution/ecsfargate/ecsfargate.json
                execution/ecsfargate/containerOverrides.json
                execution/ecsfargate/network.json
                execution/ecsfargate/protocol.json
            """,
            lookups="aws.secrets_manager aws.ssm",
            cachings="aws.vc_secretsmanager aws.vc_ssm",
            ids={
                "transfer/s3_source/conditionals.json": (
                    "http://localhost/transfer/local_source/conditionals.json"
                ),
                "transfer/s3_source/postCopyAction.json": (
                    "http://localhost/transfer/ssh_source/postCopyAction.json"
                ),
            },
        ),
        [
            {
                "package_name": "aws",
                "module_name": "s3",
                "class_prefix": "S3",
                "transfer_client": "fsspec",
                "fsspec_protocol": "s3",
            },
            {
                "package_name": "aws",
                "module_name": "lambda",
                "class_prefix": "Lambda",
                "transfer": "none",
                "execution": "http",
            },
            {
                "package_name": "aws",
                "module_name": "ecsfargate",
                "class_prefix": "FargateTask",
                "transfer": "none",
                "execution": "command",
            },
            _plugin("aws", "secrets_manager", lookup_plugin=True),
            _plugin("aws", "ssm", lookup_plugin=True),
            _plugin("aws", "vc_secretsmanager", caching_plugin=True),
            _plugin("aws", "vc_ssm", caching_plugin=True),
        ],
        differs={
            "transfer/s3_source/conditionals.json": ANOTHER_ID,
            "transfer/s3_source/postCopyAction.json": ANOTHER_ID,
            "execution/ecsfargate/containerOverrides.json": THE_SERVICE,
            "execution/ecsfargate/network.json": THE_SERVICE,
        },
    ),
    Published(
        "otf-addons-gcp==24.37.0",
        _surface(
            classes="gcp.remotehandlers.bucket.BucketTransfer",
            schemas="""
                transfer/bucket_source.json
                transfer/bucket_source/fileWatch.json
                transfer/bucket_source/postCopyAction.json
                transfer/bucket_source/protocol.json
                transfer/bucket_destination.json
                transfer/bucket_destination/protocol.json
                transfer/bucket_destination/rename.json
            """,
        ),
        [
            {
                "package_name": "gcp",
                "module_name": "bucket",
                "class_prefix": "Bucket",
                "transfer_client": "obstore",
                "execution": "none",
            }
        ],
    ),
    Published(
        "otf-addons-o365==26.16.1",
        _surface(
            classes="o365.remotehandlers.sharepoint.SharepointTransfer",
            schemas="""
                transfer/sharepoint_source.json
                transfer/sharepoint_source/conditionals.json
                transfer/sharepoint_source/fileWatch.json
                transfer/sharepoint_source/postCopyAction.json
                transfer/sharepoint_source/protocol.json
                transfer/sharepoint_destination.json
                transfer/sharepoint_destination/protocol.json
                transfer/sharepoint_destination/rename.json
            """,
        ),
        [
            {
                "package_name": "o365",
                "module_name": "sharepoint",
                "class_prefix": "Sharepoint",
                "transfer_client": "http",
                "execution": "none",
            }
        ],
    ),
    Published(
        "otf-addons-winrm==26.18.0",
        _surface(
            classes="""
                winrm.remotehandlers.winrm.WinRMTransfer
                winrm.remotehandlers.winrm.WinRMExecution
            """,
            schemas="""
                transfer/winrm_source.json
                transfer/winrm_source/conditionals.json
                transfer/winrm_source/fileWatch.json
                transfer/winrm_source/logWatch.json
                transfer/winrm_source/postCopyAction.json
                transfer/winrm_source/protocol.json
                transfer/winrm_destination.json
                transfer/winrm_destination/protocol.json
                transfer/winrm_destination/rename.json
            """,
            ids={"execution/winrm/winrm.json": None, "execution/winrm/protocol.json": None},
        ),
        [
            {
                "package_name": "winrm",
                "class_prefix": "WinRM",
                "transfer_client": "custom",
                "execution": "custom",
            }
        ],
        differs={
            "transfer/winrm_source/logWatch.json": "no handler of the template watches a log",
            "execution/winrm/winrm.json": NO_ID,
            "execution/winrm/protocol.json": NO_ID,
        },
    ),
    Published(
        "otf-addons-vault==24.18.3",
        _surface(lookups="hashicorp.vault"),
        [_plugin("hashicorp", "vault", lookup_plugin=True)],
    ),
]
