"""AWS Secrets Manager on loopback, with its signatures checked: aws_server.py PORT FOLDER

FOLDER/keys has the key and the secret of the one user, who may read secrets. `tos/plain` is a secret of plain text, `tos/database` one in JSON,
`tos/bytes` one of bytes.
"""
import json
import os
import pathlib
import sys
import urllib.request

os.environ.update(AWS_ACCESS_KEY_ID="first", AWS_SECRET_ACCESS_KEY="first", AWS_DEFAULT_REGION="us-west-2")

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
address = f"http://127.0.0.1:{port}"
server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
server.start()
secrets = boto3.client("secretsmanager", endpoint_url=address)
secrets.create_secret(Name="tos/plain", SecretString="a plain token")
secrets.create_secret(Name="tos/database", SecretString=json.dumps({"username": "tester", "password": "a:b/c@d"}))
secrets.create_secret(Name="tos/bytes", SecretBinary=b"\x00\x01")
users = boto3.client("iam", endpoint_url=address)
users.create_user(UserName="service")
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]}
users.put_user_policy(UserName="service", PolicyName="read", PolicyDocument=json.dumps(policy))
key = users.create_access_key(UserName="service")["AccessKey"]
# from now on who asks is checked
urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset-auth", data=b"0", headers={"content-type": "text/plain"}))
(folder / "keys").write_text(f"{key['AccessKeyId']} {key['SecretAccessKey']}")
(folder / "ready").touch()
server._thread.join()
