"""A mail server on loopback with STARTTLS and login: smtp_server.py PORT FOLDER CERTIFICATE KEY

Each mail becomes a file in FOLDER. The one login is `tester` with `very-secret-mail`. While FOLDER/refuse is there, mails are
refused for now.
"""
import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, folder, certificate, key = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]


class Keep:
    async def handle_DATA(self, server, session, envelope):
        if (folder / "refuse").exists():
            return "451 later, please"
        number = len(list(folder.glob("*.eml")))
        # whoever looks sees it whole or not at all
        part = folder / f"{number}.part"
        part.write_bytes(envelope.content)
        part.rename(folder / f"{number}.eml")
        return "250 kept"


def login(server, session, envelope, mechanism, data):
    fine = (data.login, data.password) == (b"tester", b"very-secret-mail")
    return AuthResult(success=fine, handled=False)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
controller = Controller(
    Keep(), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, auth_required=True, authenticator=login
)
controller.start()
(folder / "ready").touch()
asyncio.new_event_loop().run_forever()
