"""What the Law Department's page “Procurement Information” lists, word for word and in its order."""

THE_TWELVE = [
    "Backup Software Premium Support Coverage",
    "Building Cleaning Services for new Law Department offices",
    "Concordance Licenses Maintenance Services",
    "DocAuto Licenses Maintenance Services",
    "iManage FileSite Licenses Maintenance Services",
    "Legal Services for Assistance with Two Concurrent Acquisition Closings",
    "New Infrastructure",
    "Reflection Licenses Maintenance Services",
    "Remote Access Upgrade",
    "Remote Access Virtual Apps Premium Edition Licenses Maintenance Services",
    "Service of Legal Process",
    "Smartboards",
]
