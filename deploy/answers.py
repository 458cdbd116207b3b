"""Exit 0 if this container's gunicorn answers /livez. Compose runs it: the image has no curl."""

import http.client
import os
import sys
from urllib.parse import urlsplit

# Django answers only to the names in ALLOWED_HOSTS; the site's own is one of them.
HOST = urlsplit(os.environ["SITE_URL"]).netloc
PORT = int(os.environ.get("WEB_BIND", "0.0.0.0:8000").rpartition(":")[2])

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
connection.request("GET", "/livez", headers={"Host": HOST})
sys.exit(connection.getresponse().status != http.client.OK)
