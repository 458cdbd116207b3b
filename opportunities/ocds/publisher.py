"""Who publishes, and under which prefix, licence and policy."""

from dataclasses import dataclass

from django.conf import settings

# Not in the form of a registered prefix, so that nobody takes it for one.
LOCAL_PREFIX = "ocds-local"

SETTINGS = {
    "name": "OCDS_PUBLISHER_NAME",
    "scheme": "OCDS_PUBLISHER_SCHEME",
    "uid": "OCDS_PUBLISHER_UID",
    "uri": "OCDS_PUBLISHER_URI",
    "ocid_prefix": "OCDS_OCID_PREFIX",
    "licence_url": "OCDS_LICENCE_URL",
    "policy_url": "OCDS_POLICY_URL",
}


@dataclass(frozen=True)
class Publisher:
    """What every package says of its origin. A blank is left out: it is not decided.

    ``scheme`` and ``uid`` are the register of organizations and the publisher's number in it.
    ``extension_url`` is where ``data/ocds/extension/extension.json`` is served.
    """

    name: str
    ocid_prefix: str = LOCAL_PREFIX
    scheme: str = ""
    uid: str = ""
    uri: str = ""
    licence_url: str = ""
    policy_url: str = ""
    extension_url: str = ""

    @classmethod
    def from_settings(cls, *, extension_url: str = "") -> "Publisher":
        """Return who publishes as the operator set it, blanks for what is not decided."""
        facts = {field: getattr(settings, name) for field, name in SETTINGS.items()}
        return cls(**facts, extension_url=extension_url)
