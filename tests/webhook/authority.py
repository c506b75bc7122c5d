"""A certificate authority for tests: leaves can be renewed without anyone having to trust something new."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """A CA with a key of its own; `certificate` is its PEM."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
        self._certificate = self._sign(self._name, self._key, [x509.BasicConstraints(ca=True, path_length=0)])
        self.certificate = self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, folder: Path, *names: str) -> int:
        """Write ca.crt, tls.key and tls.crt for these names, each file replaced at once; returns the serial number."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([_name(n) for n in names or ("localhost", "127.0.0.1")])
        leaf = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leaf")]), key, [alternatives])
        pem = serialization.Encoding.PEM
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in (("ca.crt", self.certificate), ("tls.key", secret), ("tls.crt", leaf.public_bytes(pem))):
            (folder / f".{name}").write_bytes(data)
            os.replace(folder / f".{name}", folder / name)
        return leaf.serial_number

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extensions: list[x509.ExtensionType]
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=2))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)
