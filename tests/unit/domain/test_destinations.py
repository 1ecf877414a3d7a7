"""Where webhooks go: names on the Internet by https, and no machine that is not everybody's."""

import pytest

from shared.domain.destinations import AddressFault, BadDestination, is_loopback, is_public, read

# Machines inside, and ranges that lead there in disguise.
INSIDE = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "5f00::1",
    "fe80::1%eth0",
    "nowhere",
]
FAULTS = {
    AddressFault.UNREADABLE: [
        "https://shop.example/ä",
        "https://①②⑦.⓪.⓪.①/",
        "https://⑯⑨。②⑤④。⑯⑨。②⑤④/",
        "https://shop.example:99999/",
        "https://[::1/",
        "https://shop.example\\@127.0.0.1/",
    ],
    AddressFault.NOT_HTTPS: [
        "http://shop.example/",
        "ftp://shop.example/",
        "//shop.example/",
        "shop.example",
        "file:///etc/passwd",
        "http://127.0.0.1:9000/",
        "http://localhost/",
        "gopher://shop.example/",
        "javascript:alert(1)",
    ],
    AddressFault.OTHER_PORT: [
        "https://shop.example:8443/",
        "https://shop.example:80/",
        "https://shop.example:0/",
    ],
    AddressFault.HOLDS_CREDENTIALS: [
        "https://user:word@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https://@shop.example/",
    ],
    AddressFault.NO_NAME: [
        "https://",
        "https:///",
        "https:///path",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://127.0.0.1/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[2606:4700::1111]/",
        "https://localhost/",
        "https://intranet/",
        "https://1.2.3.0x4/",
        "https://-shop.example/",
        "https://shop..example/",
        "https://shop_.example/",
        "https://127.0.0.1./",
    ],
}


@pytest.mark.parametrize("address", INSIDE)
def test_no_machine_inside_is_called(address: str) -> None:
    assert not is_public(address)


def test_there_are_as_many_of_them_as_were_tried() -> None:
    assert len(set(INSIDE)) >= 35


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1"])
def test_machines_of_everybody_are_called(address: str) -> None:
    assert is_public(address)
    assert not is_loopback(address)


@pytest.mark.parametrize(("fault", "address"), [(fault, one) for fault in FAULTS for one in FAULTS[fault]])
def test_an_address_that_means_something_else_is_refused(fault: AddressFault, address: str) -> None:
    with pytest.raises(BadDestination) as refusal:
        read(address)

    assert refusal.value.fault is fault


@pytest.mark.parametrize(
    "address", ["https://shop.example/" + "x" * 2_000, "", " https://shop.example/", "https://a b/"]
)
def test_what_is_no_address_at_all_is_refused(address: str) -> None:
    with pytest.raises(BadDestination):
        read(address)


def test_a_name_keeps_its_path_and_query() -> None:
    found = read("https://Hooks.Shop.example:443/rescind?shop=7&x=%2F")

    assert (found.host, found.port, found.target, found.is_plain) == (
        "hooks.shop.example",
        443,
        "/rescind?shop=7&x=%2F",
        False,
    )
    assert read("https://shop.example").target == "/"


def test_a_demo_may_name_its_own_machine() -> None:
    found = read("http://127.0.0.1:9000/hook", loopback=True)

    assert (found.host, found.port, found.target, found.is_plain) == ("127.0.0.1", 9000, "/hook", True)
    assert read("http://localhost/", loopback=True).port == 80
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("nowhere")
    for address in ("http://shop.example/", "http://10.0.0.1/", "https://127.0.0.1/"):
        with pytest.raises(BadDestination):
            read(address, loopback=True)
