"""Certificates: self-signed ones work, wrong ones are refused before anyone uses them."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from meshc.errors import InputError
from meshc.webhook.certificates import Store, read_bundle, read_pair, self_signed
from tests.webhook.authority import Authority

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_self_signed_names_and_times() -> None:
    pair = self_signed(["web.example", "127.0.0.1", "::1"], now=NOW, days=10)
    leaf = x509.load_pem_x509_certificate(pair.certificate)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["web.example"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert leaf.not_valid_after_utc == pair.not_after == NOW + timedelta(days=10)
    assert leaf.not_valid_before_utc < NOW


def test_pair_is_read_back(tmp_path: Path) -> None:
    pair = self_signed(["localhost"], now=NOW)
    certificate, key = written(tmp_path, pair.certificate, pair.key)
    assert read_pair(certificate, key) == pair


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["ec", "rsa", "ed25519"],
)
def test_every_kind_of_key_comes_as_pkcs8(tmp_path: Path, private: PrivateKeyTypes) -> None:
    certificate, key = written(tmp_path, *signed(private))
    assert read_pair(certificate, key).key.startswith(b"-----BEGIN PRIVATE KEY-----")


def test_chains_are_kept_whole(tmp_path: Path) -> None:
    authority = Authority()
    authority.issue(tmp_path)
    chain = (tmp_path / "tls.crt").read_bytes() + authority.certificate
    (tmp_path / "tls.crt").write_bytes(chain)
    assert read_pair(tmp_path / "tls.crt", tmp_path / "tls.key").certificate == chain


PAIR = self_signed(["localhost"], now=NOW)
OTHER = self_signed(["localhost"], now=NOW)


@pytest.mark.parametrize(
    ("certificate", "key", "names", "says"),
    [
        (b"", PAIR.key, "tls.crt", "not a PEM certificate"),
        (b"nonsense", PAIR.key, "tls.crt", "not a PEM certificate"),
        (PAIR.key, PAIR.key, "tls.crt", "not a PEM certificate"),
        (PAIR.certificate[:200], PAIR.key, "tls.crt", "not a PEM certificate"),
        (PAIR.certificate, b"", "tls.key", "not an unencrypted PEM private key"),
        (PAIR.certificate, PAIR.certificate, "tls.key", "not an unencrypted PEM private key"),
        (PAIR.certificate, OTHER.key, "tls.key", "does not belong to the certificate"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, certificate: bytes, key: bytes, names: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_pair(*written(tmp_path, certificate, key))
    assert str(caught.value).startswith(str(tmp_path / names))
    assert caught.value.hint


def test_encrypted_keys_are_refused(tmp_path: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    certificate, _ = signed(private)
    locked = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(InputError, match="unencrypted"):
        read_pair(*written(tmp_path, certificate, locked))


@pytest.mark.parametrize("missing", ["tls.crt", "tls.key"])
def test_missing_files_are_named(tmp_path: Path, missing: str) -> None:
    written(tmp_path, PAIR.certificate, PAIR.key)
    (tmp_path / missing).unlink()
    with pytest.raises(InputError, match="cannot be read: No such file") as caught:
        read_pair(tmp_path / "tls.crt", tmp_path / "tls.key")
    assert caught.value.file == str(tmp_path / missing)


def test_bundles_hold_certificates(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(PAIR.certificate + OTHER.certificate)
    assert read_bundle(tmp_path / "ca.crt") == PAIR.certificate + OTHER.certificate
    (tmp_path / "ca.crt").write_bytes(PAIR.key)
    with pytest.raises(InputError, match="not a PEM certificate"):
        read_bundle(tmp_path / "ca.crt")


def test_store_keeps_the_last_pair_to_itself() -> None:
    store = Store()
    for pair in (PAIR, OTHER):
        store.put(pair)
        assert read_pair(store.certificate, store.key) == pair
    assert stat.S_IMODE(store.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.key.parent.stat().st_mode) == 0o700
    store.close()
    assert not store.key.exists()


def written(folder: Path, certificate: bytes, key: bytes) -> tuple[Path, Path]:
    """The two as files."""
    (folder / "tls.crt").write_bytes(certificate)
    (folder / "tls.key").write_bytes(key)
    return folder / "tls.crt", folder / "tls.key"


def signed(private: PrivateKeyTypes) -> tuple[bytes, bytes]:
    """A certificate of this key and the key in its own old form."""
    from cryptography.hazmat.primitives import hashes

    assert isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "leaf")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    algorithm = None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    pem = serialization.Encoding.PEM
    old = serialization.PrivateFormat.TraditionalOpenSSL
    form = serialization.PrivateFormat.PKCS8 if algorithm is None else old
    key = private.private_bytes(pem, form, serialization.NoEncryption())
    return builder.sign(private, algorithm).public_bytes(pem), key
