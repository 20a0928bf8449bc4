"""The filesystems that an addon can be for, by their names in fsspec."""

# What to install for each, besides fsspec for those without a client of the kit.
PROTOCOLS = {
    "file": "",
    "local": "",
    "memory": "",
    "ftp": "",
    "abfs": "adlfs",
    "az": "adlfs",
    "box": "boxfs",
    "dbfs": "requests",
    "dropbox": "fsspec[dropbox]",
    "gcs": "gcsfs",
    "gdrive": "gdrive-fsspec",
    "gs": "gcsfs",
    "hdfs": "pyarrow",
    "hf": "huggingface-hub",
    "jupyter": "requests",
    "lakefs": "lakefs-spec",
    "oci": "ocifs",
    "oss": "ossfs",
    "root": "fsspec-xrootd",
    "s3": "s3fs",
    "sftp": "asyncssh[bcrypt]>=2.21",
    "smb": "smbprotocol>=1.15",
    "ssh": "asyncssh[bcrypt]>=2.21",
    "tos": "tosfs",
    "webdav": "requests>=2.32",
    "webhdfs": "requests",
}

# The filesystems for which the kit has a client of its own, and the piece that is in an addon.
OWN_CLIENTS = {
    "sftp": "sftp",
    "ssh": "sftp",
    "ftp": "ftp",
    "smb": "smb",
    "webdav": "webdav",
}
