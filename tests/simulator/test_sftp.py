"""The mailbox over SFTP: two folders, one login, and no half files."""

from __future__ import annotations

import asyncio
import stat

import asyncssh
import pytest

from claimwright.simulator.sftp import serve_sftp

LOGIN = ("practice", "a long password")


@pytest.fixture
def mailbox(tmp_path):
    with serve_sftp(tmp_path, *LOGIN) as address:
        yield address, tmp_path


def connect(address, *, username=LOGIN[0], password=LOGIN[1], host_key=None):
    known = asyncssh.import_known_hosts(f"[{address.host}]:{address.port} {host_key or address.host_key}\n")
    return asyncssh.connect(
        address.host,
        address.port,
        username=username,
        password=password,
        known_hosts=known,
        client_keys=None,
        config=None,
    )


def run(address, work, **login):
    async def session():
        async with connect(address, **login) as connection, connection.start_sftp_client() as sftp:
            return await work(sftp)

    return asyncio.run(session())


async def put(sftp, path, data):
    async with sftp.open(path, "wb") as file:
        await file.write(data)


def test_it_takes_an_upload_and_gives_an_answer(mailbox):
    address, folder = mailbox
    (folder / "outbound" / "answer.x12").write_bytes(b"ISA...")

    async def work(sftp):
        await put(sftp, "/inbound/claims.x12", b"claims")
        async with sftp.open("/outbound/answer.x12", "rb") as file:
            return await file.read()

    assert run(address, work) == b"ISA..."
    assert (folder / "inbound" / "claims.x12").read_bytes() == b"claims"


def test_it_shows_two_folders_and_nothing_of_what_lies_beside_them(mailbox):
    address, folder = mailbox
    (folder / "state.db").write_bytes(b"secret")

    async def work(sftp):
        names = sorted(name for name in await sftp.listdir("/") if name not in (".", ".."))
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.stat("/state.db")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.open("/inbound/../host_key", "rb")
        return names

    assert run(address, work) == ["inbound", "outbound"]


def test_it_keeps_an_upload_hidden_until_it_is_closed(mailbox):
    address, folder = mailbox

    async def work(sftp):
        async with sftp.open("/inbound/claims.x12", "wb") as file:
            await file.write(b"half")
            names = [path.name for path in (folder / "inbound").iterdir()]
            await file.write(b" and half")
        return names

    assert run(address, work) == [".claims.x12.part"]
    assert [path.name for path in (folder / "inbound").iterdir()] == ["claims.x12"]
    assert (folder / "inbound" / "claims.x12").read_bytes() == b"half and half"


@pytest.mark.parametrize("way", ["abort", "close"])
def test_it_never_shows_an_upload_that_broke_off(mailbox, way):
    address, folder = mailbox

    async def break_off():
        connection = await connect(address)
        sftp = await connection.start_sftp_client()
        file = await sftp.open("/inbound/claims.x12", "wb")
        await file.write(b"half")
        getattr(connection, way)()
        await connection.wait_closed()

    asyncio.run(break_off())
    run(address, lambda sftp: sftp.listdir("/inbound"))  # The server has seen the end of the first session by now.
    assert not (folder / "inbound" / "claims.x12").exists()


def test_it_takes_a_file_renamed_by_the_client_when_it_was_whole(mailbox):
    address, folder = mailbox

    async def work(sftp):
        await put(sftp, "/inbound/claims.x12.part", b"claims")
        await sftp.posix_rename("/inbound/claims.x12.part", "/inbound/claims.x12")

    run(address, work)
    assert [path.name for path in (folder / "inbound").iterdir()] == ["claims.x12"]


def test_a_second_upload_of_a_name_does_not_cover_the_first(mailbox):
    address, folder = mailbox

    async def work(sftp):
        await put(sftp, "/inbound/claims.x12", b"first")
        await put(sftp, "/inbound/claims.x12", b"second")
        await put(sftp, "/inbound/claims.x12.part", b"third")
        await sftp.posix_rename("/inbound/claims.x12.part", "/inbound/claims.x12")

    run(address, work)
    files = sorted((folder / "inbound").iterdir())
    assert [path.read_bytes() for path in files] == [b"first", b"second", b"third"]


@pytest.mark.parametrize("path", ["/outbound/x", "/x", "/inbound/folder/x"])
def test_it_takes_files_nowhere_but_in_inbound(mailbox, path):
    address, _ = mailbox
    with pytest.raises((asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile)):
        run(address, lambda sftp: put(sftp, path, b"data"))


def test_it_lets_the_client_remove_what_it_has_fetched(mailbox):
    address, folder = mailbox
    (folder / "outbound" / "answer.x12").write_bytes(b"ISA...")
    run(address, lambda sftp: sftp.remove("/outbound/answer.x12"))
    assert not list((folder / "outbound").iterdir())


def test_it_refuses_a_wrong_password_and_a_wrong_user(mailbox):
    address, _ = mailbox
    for login in ({"password": "wrong"}, {"username": "nobody"}):
        with pytest.raises(asyncssh.PermissionDenied):
            run(address, lambda sftp: sftp.listdir("/"), **login)


def test_its_host_key_stays_the_same_and_is_readable_by_its_owner_alone(tmp_path):
    keys = set()
    for _ in range(2):
        with serve_sftp(tmp_path, *LOGIN) as address:
            keys.add(address.host_key)
    assert len(keys) == 1
    assert stat.S_IMODE((tmp_path / "host_key").stat().st_mode) == 0o600


def test_a_client_that_expects_another_host_key_turns_away(mailbox):
    address, _ = mailbox
    other = " ".join(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2])
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        run(address, lambda sftp: sftp.listdir("/"), host_key=other)
