"""What programs read under ``/api/v1/``: the same facts as the pages, from the same log."""
