"""An address that leads nowhere: the desk's own page, also where Django would show its programmers' one."""

import pytest

from tests.newsroom import make_reporter

pytestmark = pytest.mark.django_db
OURS = "There is nothing at this address"


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", ["/claims/999999/", f"/claims/{2**63}/", "/no/such/page/"])
def test_somebody_signed_in_reads_the_desks_own_page(client, settings, debug, address):
    settings.DEBUG = debug
    client.force_login(make_reporter())
    response = client.get(address)
    assert response.status_code == 404
    assert OURS in response.content.decode()
    assert "URLconf" not in response.content.decode()


def test_a_programmer_who_is_not_signed_in_keeps_djangos_page(client, settings):
    settings.DEBUG = True
    assert "URLconf" in client.get("/no/such/page/").content.decode()


def test_a_missing_static_file_is_no_page_of_the_desk(client, settings):
    settings.DEBUG = True
    client.force_login(make_reporter())
    response = client.get("/static/no-such-file.css")
    assert response.status_code == 404
    assert OURS not in response.content.decode()
