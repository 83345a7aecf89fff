"""The test control plane's own certificate authority, its serving certificate and the key that signs tokens."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from canary.clock import SystemClock

OLD = timedelta(days=1)
"""Every certificate is valid since so long ago."""


@dataclass(frozen=True, slots=True)
class Files:
    """Paths of PEM files."""

    ca: Path
    certificate: Path
    key: Path
    token_key: Path


@dataclass(frozen=True, slots=True)
class Serving:
    """
    What a serving certificate says.

    Attributes:
        names, addresses: whom it is for.
        valid: until then, from now; negative: it has expired.
    """

    names: tuple[str, ...] = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
    addresses: tuple[str, ...] = ("127.0.0.1", "10.0.0.1")
    valid: timedelta = timedelta(days=2)


USUAL = Serving()


def write_certificates(folder: Path, serving: Serving = USUAL) -> Files:
    """A new authority, and what it signed for the API server."""
    files = Files(folder / "ca.crt", folder / "serving.crt", folder / "serving.key", folder / "tokens.key")
    authority, key, token_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    files.ca.write_bytes(_pem(_signed(_ca(authority), authority)))
    files.certificate.write_bytes(_pem(_signed(_serving(serving, key, authority), authority)))
    files.key.write_bytes(_key_pem(key))
    files.token_key.write_bytes(_key_pem(token_key))
    return files


def _ca(key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _certificate("canary tests", key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _serving(
    said: Serving, key: ec.EllipticCurvePrivateKey, authority: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    names = [
        *(x509.DNSName(name) for name in said.names),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in said.addresses),
    ]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    return (
        _certificate("kube-apiserver", key, said.valid)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
    )


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, valid: timedelta = USUAL.valid
) -> x509.CertificateBuilder:
    now = SystemClock().now()
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named("canary tests"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - OLD)
        .not_valid_after(now + valid)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(builder: x509.CertificateBuilder, authority: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(authority, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
