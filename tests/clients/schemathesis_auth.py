"""Who sends the requests of Schemathesis. It makes none itself.

Records are asked for by an administrator of the tenant that the document is of. What changes accounts, sessions, keys,
settings of security, roles or metadata is done in tenants that are there for that alone: it may sign its caller out,
lock them out or make another document true. There is a new one every half a minute, and whenever nobody is let in.
"""

import itertools
import os

import requests
import schemathesis

URL = os.environ["URL"]
NUMBERS = itertools.count()
PASSWORD = "there-for-the-checks-alone-77"
CHANGES = ["POST", "PUT", "PATCH", "DELETE"]


class Bearer:
    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.auth(refresh_interval=None).skip_for(path_regex="^/reseller/").skip_for(
    path_regex="^/(auth|admin|scim|metadata)/", method=CHANGES
)
class Administrator(Bearer):
    def get(self, case, context):
        return os.environ["TOKEN"]


@schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/reseller/")
class Reseller(Bearer):
    def get(self, case, context):
        return os.environ["RESELLER_TOKEN"]


@schemathesis.auth(refresh_interval=30, retry_on=[401, 403]).apply_to(
    path_regex="^/(auth|admin|scim|metadata)/", method=CHANGES
)
class Spare(Bearer):
    def get(self, case, context):
        slug = f"spare-{os.getpid()}-{next(NUMBERS)}"
        admin = {"email": "admin@example.com", "name": "Admin", "password": PASSWORD}
        ask(
            "/reseller/v1/tenants",
            {"slug": slug, "name": slug, "packages": ["accounts", "deals"], "admin": admin},
            {"Authorization": f"Bearer {os.environ['RESELLER_TOKEN']}"},
        )
        return ask("/auth/v1/login", {"email": admin["email"], "password": PASSWORD, "tenant": slug})["access_token"]


def ask(path, body, headers=None):
    answer = requests.post(f"{URL}{path}", json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.json()
