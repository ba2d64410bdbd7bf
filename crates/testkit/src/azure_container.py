"""Makes the container `data` of an Azurite server, with the account and key that all of them have."""

import base64
import email.utils
import hashlib
import hmac
import sys
import urllib.request

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

date = email.utils.formatdate(usegmt=True)
version = "2021-08-06"
signed = "\n".join(
    ["PUT", *[""] * 11, f"x-ms-date:{date}", f"x-ms-version:{version}", f"/{ACCOUNT}/{ACCOUNT}/data", "restype:container"]
)
digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
request = urllib.request.Request(
    f"http://127.0.0.1:{sys.argv[1]}/{ACCOUNT}/data?restype=container",
    method="PUT",
    headers={
        "x-ms-date": date,
        "x-ms-version": version,
        "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
        "Content-Length": "0",
    },
)
with urllib.request.urlopen(request, timeout=20) as answer:
    assert answer.status == 201, answer.status
