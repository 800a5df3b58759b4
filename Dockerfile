# The portal's four processes in one image; docker-compose.yml shows how they belong together.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/portal

COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes -r requirements/base.txt

COPY . .
# The compiled catalogue is part of the image; everything that changes later stands on the volume /data.
RUN DEBUG=1 DATA_DIR=/tmp/build python -m config.catalogue compile \
    && rm -rf /tmp/build \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0700 /data \
    && chown -R portal:portal locale

USER portal
ENV DATA_DIR=/data WEB_BIND=0.0.0.0:8000
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["python", "-m", "config.processes"]
CMD ["web"]
