# One image for web, worker, beat and migrate; docker-compose.yml says which command each runs.

FROM python:3.11-slim-bookworm AS packages
WORKDIR /packages
COPY requirements.lock .
# Nothing is compiled and nothing is taken that the lock does not name by its hash.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes --only-binary :all: --requirement requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --no-log-init --uid 10001 --no-create-home portal
ENV PATH=/opt/venv/bin:$PATH \
    PORTAL_MODE=production \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /portal
COPY --from=packages /opt/venv /opt/venv
COPY . .
# Production settings refuse to start without servers. These values open nothing, serve this one
# command and are gone after it; the key is thrown away unseen.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    SITE_URL=https://build.invalid \
    ALLOWED_HOSTS=build.invalid \
    DEFAULT_FROM_EMAIL=build@build.invalid \
    DATABASE_URL=postgres://build.invalid/build \
    REDIS_URL=redis://build.invalid \
    EMAIL_URL=smtp://build.invalid \
    python manage.py collectstatic --noinput \
 && python -m compileall -q .
# A new volume that is mounted here takes over who owns the folder.
RUN install --directory --owner=10001 --mode=750 /documents
USER 10001
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "procurement_portal.wsgi"]
