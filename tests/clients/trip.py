"""A round trip with the client that openapi-python-client makes of the document."""

import sys

from python import AuthenticatedClient
from python.api.accounts import create_account, delete_account, show_account, update_account
from python.api.auth import get_auth_v1_me
from python.models import Account, AccountCreate, AccountUpdate


def main(url: str, token: str) -> None:
    client = AuthenticatedClient(base_url=url, token=token)
    assert get_auth_v1_me.sync(client=client).data.tenant.slug == "demo"
    made = create_account.sync_detailed(client=client, body=AccountCreate(name="Tidewater"))
    assert made.status_code == 201, made.content
    account = made.parsed.data
    assert isinstance(account, Account) and account.name == "Tidewater"
    changed = update_account.sync_detailed(account.id, client=client, body=AccountUpdate(name="Tidewater Solar"))
    assert changed.parsed.data.name == "Tidewater Solar", changed.content
    shown = show_account.sync_detailed(account.id, client=client)
    assert shown.status_code == 200 and shown.parsed.data.version == 2, shown.content
    assert delete_account.sync_detailed(account.id, client=client).status_code == 204
    print("the round trip is done")


main(*sys.argv[1:])
