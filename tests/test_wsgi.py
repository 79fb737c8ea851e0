"""What stands before Django: requests that it would stumble over are answered 400."""

import pytest

from verifydesk.wsgi import PlainRequestsOnly


def answered(**environ):
    said = []

    def start_response(status, headers):
        said.append(status)

    def application(environ, start):
        start("200 OK", [])
        return [b"the desk"]

    PlainRequestsOnly(application)(environ, start_response)
    return said[0]


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/html",
        "text/plain; charset=utf-8",
        'text/plain; charset="UTF-8"',
        "multipart/form-data; boundary=charset",
        "application/x-www-form-urlencoded",
    ],
)
def test_what_browsers_send_comes_in(kind):
    assert answered(CONTENT_TYPE=kind, QUERY_STRING="text=50%25", PATH_INFO="/claims/") == "200 OK"


@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_TYPE": "text/plain; charset=hex"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x; Charset = rot13"},
        {"CONTENT_TYPE": "text/plain;charset='unicode_escape'"},
        {"CONTENT_TYPE": "text/plain; charset*=utf-8''hex"},
        {"CONTENT_TYPE": "text/plain; charset=utf-8; charset=hex"},
        {"CONTENT_TYPE": 'text/plain; a="; charset=utf-8"; charset=unicode_escape'},
        {"QUERY_STRING": "text=%00"},
        {"PATH_INFO": "/claims/\0"},
    ],
    ids=lambda environ: next(iter(environ.values())),
)
def test_what_django_stumbles_over_stays_out(environ):
    assert answered(**environ) == "400 Bad Request"
