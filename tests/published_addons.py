"""What the checker finds in the addons that are published on PyPI, to the line.

Each line of a table names a rule, a file and the lines. A file without `src/` is below the
`remotehandlers` of the addon.
"""

PUBLISHED = {
    "otf-addons-aws==26.18.0": """
        dependencies creds.py 9
        dependencies ecsfargate.py 9
        schema-id schemas/transfer/s3_source/conditionals.json 3
        schema-id schemas/transfer/s3_source/postCopyAction.json 3
        schema-default schemas/execution/ecsfargate/protocol.json 22
        schema-default schemas/transfer/s3_destination.json 11
        schema-default schemas/transfer/s3_destination/protocol.json 26
        schema-default schemas/transfer/s3_source.json 11
        schema-default schemas/transfer/s3_source/fileWatch.json 11
        schema-default schemas/transfer/s3_source/protocol.json 26
        schema-keyword schemas/execution/ecsfargate/network.json 20
        schema-closed schemas/execution/ecsfargate/network.json 5,8
        schema-class schemas/execution/s3/protocol.json 8
        schema-directory schemas/transfer/s3_source.json 37
        schema-otf-keys schemas/execution/ecsfargate/ecsfargate.json 5
        schema-otf-keys schemas/execution/lambda/lambda.json 5
        schema-otf-keys schemas/execution/s3/s3.json 5
        schema-otf-keys schemas/transfer/s3_source/fileWatch.json 5
        schema-encryption schemas/transfer/s3_destination.json 17
        schema-encryption schemas/transfer/s3_source.json 29
        key-refused creds.py 178
        arguments s3.py 306
        process-state creds.py 86
        tidy-twice s3.py 487,596
        attributes ecsfargate.py 94
        direct-transfers s3.py 93
        staged-files s3.py 331
        plugin-imports src/opentaskpy/plugins/lookup/aws/secrets_manager.py 11,13,14
        plugin-imports src/opentaskpy/plugins/lookup/aws/ssm.py 11,13
        plugin-escape src/opentaskpy/plugins/lookup/aws/secrets_manager.py 173
        plugin-escape src/opentaskpy/plugins/lookup/aws/ssm.py 115
        plugin-silent src/opentaskpy/plugins/lookup/aws/secrets_manager.py 98
        plugin-silent src/opentaskpy/plugins/lookup/aws/ssm.py 89
        plugin-globals src/opentaskpy/variablecaching/aws/vc_secretsmanager.py 39
        plugin-globals src/opentaskpy/variablecaching/aws/vc_ssm.py 35
    """,
    "otf-addons-gcp==24.37.0": """
        dependencies bucket.py 7
        schema-default schemas/transfer/bucket_destination.json 11
        schema-default schemas/transfer/bucket_source.json 11,15
        schema-keyword schemas/transfer/bucket_destination/protocol.json 22,23
        schema-keyword schemas/transfer/bucket_source/protocol.json 22,23
        schema-closed schemas/transfer/bucket_destination/protocol.json 5,12
        schema-closed schemas/transfer/bucket_source/protocol.json 5,12
        schema-protocol schemas/transfer/bucket_destination/protocol.json 1
        schema-protocol schemas/transfer/bucket_source/protocol.json 1
        schema-directory schemas/transfer/bucket_source.json 38
        schema-otf-keys schemas/transfer/bucket_source.json 5
        schema-otf-keys schemas/transfer/bucket_source/fileWatch.json 5
        schema-encryption schemas/transfer/bucket_destination.json 13
        schema-encryption schemas/transfer/bucket_source.json 23
        key-unread schemas/transfer/bucket_source.json 29
        arguments bucket.py 127
        log-secrets bucket.py 190
        listing-errors bucket.py 331
        failures-kept bucket.py 152
        staged-files bucket.py 149
    """,
    "otf-addons-o365==26.16.1": """
        dependencies sharepoint.py 18
        schema-default schemas/transfer/sharepoint_destination.json 11
        schema-default schemas/transfer/sharepoint_destination/protocol.json 14,27
        schema-default schemas/transfer/sharepoint_source.json 11
        schema-default schemas/transfer/sharepoint_source/protocol.json 14
        schema-reference schemas/transfer/sharepoint_source/protocol.json 26
        schema-directory schemas/transfer/sharepoint_source.json 43
        schema-otf-keys schemas/transfer/sharepoint_destination.json 5
        schema-otf-keys schemas/transfer/sharepoint_source.json 5
        schema-otf-keys schemas/transfer/sharepoint_source/fileWatch.json 5
        key-unread schemas/transfer/sharepoint_source/protocol.json 25
        arguments sharepoint.py 477
        log-messages sharepoint.py 61
        log-secrets sharepoint.py 202,243,321,333,376,571,623,676,733,794,831
        modified-time sharepoint.py 447
        sent-again sharepoint.py 543
        staged-files sharepoint.py 502
    """,
    "otf-addons-vault==24.18.0": """
        dependencies src/opentaskpy/plugins/lookup/hashicorp/vault.py 11,13
        plugin-imports src/opentaskpy/plugins/lookup/hashicorp/vault.py 11,13
        plugin-escape src/opentaskpy/plugins/lookup/hashicorp/vault.py 101
        plugin-silent src/opentaskpy/plugins/lookup/hashicorp/vault.py 79
    """,
    "otf-addons-winrm==26.18.0": """
        dependencies winrm.py 14
        schema-id schemas/execution/winrm/protocol.json 1
        schema-id schemas/execution/winrm/winrm.json 1
        schema-default schemas/execution/winrm/protocol.json 12,33
        schema-default schemas/execution/winrm/winrm.json 16
        schema-default schemas/transfer/winrm_destination.json 14,19
        schema-default schemas/transfer/winrm_destination/protocol.json 16,20
        schema-default schemas/transfer/winrm_source/protocol.json 16,20
        schema-closed schemas/execution/winrm/protocol.json 4,17
        schema-closed schemas/execution/winrm/winrm.json 4
        schema-used schemas/transfer/winrm_source/logWatch.json 1
        schema-otf-keys schemas/transfer/winrm_source/fileWatch.json 5
        schema-encryption schemas/transfer/winrm_destination.json 21
        schema-encryption schemas/transfer/winrm_source.json 27
        key-refused winrm.py 37
        key-unread schemas/transfer/winrm_destination.json 12
        key-unread schemas/transfer/winrm_destination/protocol.json 10,18,22
        key-unread schemas/transfer/winrm_source/postCopyAction.json 13,16
        key-unread schemas/transfer/winrm_source/protocol.json 10,18,22
        arguments winrm.py 579,661
        temporary-files winrm.py 59,66
        modified-time winrm.py 173
        listing-errors winrm.py 158
        staged-files winrm.py 615
    """,
}
