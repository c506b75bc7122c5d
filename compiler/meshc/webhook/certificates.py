"""Certificates: a pair from files, checked before it is used, and a self-signed one for trying things out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from meshc.errors import InputError


@dataclass(frozen=True)
class Pair:
    """A certificate chain and its key as PEM; the key is PKCS#8, which every TLS library reads."""

    certificate: bytes
    key: bytes
    not_after: datetime


def read_pair(certificate: Path, key: Path) -> Pair:
    """Read and check a pair; raises InputError for a missing file, invalid PEM, or a key of another certificate."""
    chain, secret = _bytes(certificate), _bytes(key)
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise InputError(f"not a PEM certificate: {error}", file=str(certificate), hint=_CERT_HINT) from error
    try:
        private = serialization.load_pem_private_key(secret, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError(f"not an unencrypted PEM private key: {error}", file=str(key), hint=_CERT_HINT) from error
    if _public(private.public_key()) != _public(leaf.public_key()):
        raise InputError(f"the key does not belong to the certificate {certificate}", file=str(key), hint=_CERT_HINT)
    pkcs8 = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Pair(chain, pkcs8, leaf.not_valid_after_utc)


def read_bundle(file: Path) -> bytes:
    """Read a CA bundle and check that it holds certificates; raises InputError otherwise."""
    data = _bytes(file, hint="give --ca-bundle the PEM file of the CA that signed the webhook's certificate")
    try:
        x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise InputError(f"not a PEM certificate: {error}", file=str(file), hint="give the CA's certificate") from error
    return data


def self_signed(names: Sequence[str], *, now: datetime, days: int = 365) -> Pair:
    """Make a self-signed ECDSA pair for DNS names and IP addresses, valid from `now` for `days`."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    until = now + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Pair(certificate.public_bytes(serialization.Encoding.PEM), key, until)


class Store:
    """A private directory with the pair in force: the server reads from here, so an invalid new pair never reaches it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="meshc-webhook-")
        self.certificate = Path(self._folder.name) / "tls.crt"
        self.key = Path(self._folder.name) / "tls.key"

    def put(self, pair: Pair) -> None:
        """Put a checked pair in force for the next worker that starts."""
        for path, data in ((self.certificate, pair.certificate), (self.key, pair.key)):
            fresh = path.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
            os.replace(fresh, path)

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


_CERT_HINT = "give --tls-cert and --tls-key a PEM pair; `meshc webhook certs` makes one for trying it out"


def _bytes(path: Path, *, hint: str = _CERT_HINT) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path), hint=hint) from error


def _public(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)
