"""How gunicorn serves the portal. nginx stands in front: it holds slow visitors, so threads are never theirs."""

import logging
import os
from typing import Any

from gunicorn.glogging import Logger

from core.logs import logging_config

LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")


class JsonLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Send gunicorn's own lines through the portal's log: JSON, without addresses and tokens."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logging_config(level=LOG_LEVEL, readable=False)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        # Its warnings name the visitor's address; nginx's log has the status of every request.
        self.error_log.addFilter(lambda record: record.levelno != logging.WARNING)


logger_class = JsonLog
loglevel = LOG_LEVEL.lower()
accesslog = None  # nginx and the portal itself log requests, without queries and tokens

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")  # in its container: only nginx is on its network
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 25  # shorter than compose's stop_grace_period
# A leak in a library costs a fresh process now and then instead of a bad night.
max_requests = 10_000
max_requests_jitter = 2_000

# As long as nginx takes one: what it lets through gets a page of the portal.
limit_request_line = 8190

# The portal counts the proxies itself (TRUSTED_PROXY_COUNT); gunicorn believes nobody's headers.
forwarded_allow_ips = ""
control_socket_disable = True  # nobody steers it but its container
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - a disk may stall the heartbeat
