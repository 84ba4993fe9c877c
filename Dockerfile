# syntax=docker/dockerfile:1
# Targets: `app` (web, CPU worker, beat) and `gpu` (worker beside an NVIDIA card). Neither runs as root.

FROM node:22-bookworm-slim AS frontend
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=hematovision.settings.production \
    HEMATOVISION_VAR=/var/lib/hematovision
# The client programs of PostgreSQL back up and restore (deploy/backup.py): of the server's version, which Debian has not.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 postgresql-common tini \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-16 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 hematovision \
    && useradd --uid 10001 --gid hematovision --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hematovision \
    && install -d -o hematovision -g hematovision -m 0750 /var/lib/hematovision

FROM base AS libraries
COPY requirements.txt ./
RUN python -m venv /opt/venv && pip install --no-cache-dir -r requirements.txt

FROM base AS libraries-gpu
COPY requirements-gpu.txt ./
RUN python -m venv /opt/venv && pip install --no-cache-dir -r requirements-gpu.txt

FROM base AS source
WORKDIR /app
COPY --from=frontend /build/node_modules ./node_modules
COPY manage.py Procfile ./
COPY hematovision ./hematovision
COPY audit ./audit
COPY accounts ./accounts
COPY microscopes ./microscopes
COPY cases ./cases
COPY offline ./offline
COPY classifier ./classifier
COPY training ./training
COPY training_runs ./training_runs
COPY notices ./notices
COPY review ./review
COPY consult ./consult
COPY calibration ./calibration
COPY reports ./reports
COPY inbox ./inbox
COPY integrations ./integrations
COPY sandbox ./sandbox
COPY education ./education
COPY oversight ./oversight
COPY guide ./guide
COPY workbench ./workbench
COPY templates ./templates
COPY static ./static
COPY locale ./locale
COPY deploy ./deploy
COPY model_store ./model_store
COPY material ./material

FROM source AS app
COPY --from=libraries /opt/venv /opt/venv
# Collected at build time with secrets that end with this step; served by whitenoise from /app/staticfiles.
ENV HEMATOVISION_STATIC_ROOT=/app/staticfiles
RUN python -m deploy.languages \
    && python -m deploy.throwaway_production python manage.py collectstatic --no-input --verbosity 0
USER hematovision
VOLUME /var/lib/hematovision
EXPOSE 8000
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "hematovision.wsgi:application", "--config", "deploy/gunicorn.conf.py"]

FROM source AS gpu
COPY --from=libraries-gpu /opt/venv /opt/venv
RUN python -m deploy.languages
ENV HEMATOVISION_ENGINE=tensorflow
USER hematovision
VOLUME /var/lib/hematovision
ENTRYPOINT ["tini", "--"]
CMD ["celery", "-A", "hematovision", "worker", "--pool", "solo", "--queues", "inference", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
