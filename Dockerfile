# syntax=docker/dockerfile:1
# One image for web, worker, beat and the preparing step; docker-compose.yml says which is which.

FROM python:3.11-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    UV_LINK_MODE=copy \
    VIRTUAL_ENV=/venv
RUN pip install --no-cache-dir uv && python -m venv --without-pip /venv
WORKDIR /app
COPY requirements/base.txt requirements/
RUN uv pip sync --no-cache --compile-bytecode --require-hashes requirements/base.txt
COPY . .
# Compressing takes longer than all the rest of a start, so the image carries the result. The addresses are placeholders.
RUN SECRET_KEY=build DATABASE_URL=postgres:/// REDIS_URL=redis:// EMAIL_URL=smtp:// DEFAULT_FROM_EMAIL=build@localhost \
    SITE_URL=https://localhost ALLOWED_HOSTS=localhost STATIC_ROOT=/app/staticfiles \
    STATICFILES_STORAGE=whitenoise.storage.CompressedManifestStaticFilesStorage \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && /venv/bin/python -m compileall -q accounts config roadmap

FROM python:3.11-slim
RUN groupadd --gid 10001 waymark \
    && useradd --uid 10001 --gid 10001 --no-log-init --shell /usr/sbin/nologin --home-dir /var/lib/waymark --create-home waymark
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/staticfiles \
    STATICFILES_STORAGE=whitenoise.storage.CompressedManifestStaticFilesStorage \
    VAR_DIR=/var/lib/waymark
WORKDIR /app
USER waymark
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "config.wsgi", "--config", "python:config.gunicorn", "--bind", "0.0.0.0:8000"]
