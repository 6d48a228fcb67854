"""The gateway's settings."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.chassis.config import DEVELOPMENT, PRODUCTION, BadSettings, setting

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Read once by `read_settings(Config, os.environ)`."""

    environment: str = setting("ENVIRONMENT", "`production` or `development`", PRODUCTION)
    host: str = setting("BIND_HOST", "address to listen on", "127.0.0.1")
    port: int = setting("GATEWAY_PORT", "port to listen on", 8080)
    workers: int = setting("GATEWAY_WORKERS", "number of gunicorn workers", 1)
    public_url: str = setting("PUBLIC_URL", "address under which people reach the gateway, e.g. https://mccs.example")
    secret_key: str = setting(
        "GATEWAY_SECRET_KEY", "signs form tokens and the small page cookie; 32 random bytes as text", secret=True
    )
    session_private_key_file: str = setting(
        "GATEWAY_SESSION_PRIVATE_KEY_FILE",
        "PEM file of the RSA key that signs session tokens, then former ones",
    )
    internal_private_key_file: str = setting(
        "GATEWAY_INTERNAL_PRIVATE_KEY_FILE",
        "PEM file of the Ed25519 (or RSA) key that signs tokens for other services",
    )
    ledger_url: str = setting("LEDGER_URL", "address of the ledger")
    directory_url: str = setting("DIRECTORY_URL", "address of the directory")
    matcher_url: str = setting("MATCHER_URL", "address of the matcher")
    notifier_url: str = setting("NOTIFIER_URL", "address of the notifier")
    rate_limit: str = setting("GATEWAY_RATE_LIMIT", "points of calls per address", "240/minute")
    rate_limit_account: str = setting(
        "GATEWAY_RATE_LIMIT_ACCOUNT", "points per login, wherever it calls from; empty: as GATEWAY_RATE_LIMIT", ""
    )
    rate_limit_token: str = setting(
        "GATEWAY_RATE_LIMIT_TOKEN", "points per API token; empty: as GATEWAY_RATE_LIMIT", ""
    )
    mongo_url: str | None = setting(
        "GATEWAY_MONGO_URL", "MongoDB in which the processes count together; empty: each for itself", None, secret=True
    )
    mongo_database: str = setting("GATEWAY_MONGO_DATABASE", "its database", "gateway")
    remember: bool = setting(
        "GATEWAY_REMEMBER",
        "believe what the directory said of sessions and names while it tells of each change; false: ask at each call",
        True,
    )
    trusted_proxies: int = setting(
        "GATEWAY_TRUSTED_PROXIES", "number of own proxies in front, whose X-Forwarded-For is believed", 0
    )
    cors_origins: str = setting(
        "GATEWAY_CORS_ORIGINS",
        "sites whose pages may call the REST API from browsers, e.g. https://shop.example, by commas; empty: none",
        "",
    )
    unit: str = setting("GATEWAY_UNIT", "name of the unit that balances are kept in", "ocn-uk")
    recaptcha_site_key: str = setting("GATEWAY_RECAPTCHA_SITE_KEY", "reCAPTCHA v2, with the secret or not at all", "")
    recaptcha_secret: str | None = setting(
        "GATEWAY_RECAPTCHA_SECRET", "checks what visitors' browsers send for it", None, secret=True
    )
    recaptcha_url: str = setting(
        "GATEWAY_RECAPTCHA_URL", "where it is checked", "https://www.google.com/recaptcha/api/siteverify"
    )
    terms_version: str = setting(
        "GATEWAY_TERMS_VERSION",
        "of terms and membership agreement, recorded with who agrees; members are asked again when it changes; "
        "empty: neither",
        "",
    )
    terms_url: str = setting("GATEWAY_TERMS_URL", "where the terms are, and what is new in them", "")
    mail_page_url: str = setting("GATEWAY_MAIL_PAGE_URL", "development mail page, shown in the footer", "")

    def check(self) -> None:
        """Raises BadSettings for settings that don't go together."""
        if bool(self.recaptcha_site_key) != bool(self.recaptcha_secret):
            raise BadSettings(["GATEWAY_RECAPTCHA_SITE_KEY and GATEWAY_RECAPTCHA_SECRET: set both or none"])
        if self.terms_url and not self.terms_url.startswith(("https://", "http://")):
            raise BadSettings(["GATEWAY_TERMS_URL: an address that begins with https://"])

        if wrong := sorted(origin for origin in self.cors if not _ORIGIN.fullmatch(origin)):
            raise BadSettings([f"GATEWAY_CORS_ORIGINS: {wrong[0]} is no origin: https://shop.example, without a path"])

    @property
    def cors(self) -> frozenset[str]:
        """The origins as browsers name them."""
        return frozenset(origin.strip() for origin in self.cors_origins.split(",") if origin.strip())

    @property
    def development(self) -> bool:
        return self.environment == DEVELOPMENT

    @property
    def https(self) -> bool:
        """Whether people reach the gateway by HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def secure_cookies(self) -> bool:
        """Cookies are `Secure` everywhere but on one's own machine in development."""
        return self.https or not (self.development and urlsplit(self.public_url).hostname in _LOOPBACK)
