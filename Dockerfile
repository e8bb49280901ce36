# Everything is installed in the first stage; the second gets the finished folder and has no compiler, no pip cache.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/server.txt requirements/server.txt
RUN python -m venv --without-pip /opt/wargi \
 && pip --python /opt/wargi/bin/python install --no-cache-dir --require-hashes --only-binary :all: -r requirements/server.txt
COPY pyproject.toml LICENSE README.md ./
COPY bot bot
COPY flows flows
COPY locales locales
# The build backend goes again once it has done its work.
RUN pip --python /opt/wargi/bin/python install --no-cache-dir --no-deps --no-build-isolation . \
 && pip --python /opt/wargi/bin/python uninstall -y hatchling editables trove-classifiers

FROM python:3.11-slim
# OpenShift runs the image under some uid that exists nowhere, with gid 0, and often with a read-only root: nothing is
# written outside /data and /tmp, and group 0 may do there what the owner may.
# The defaults (data, flows, locales in the working folder) hold here too, so WARGI_DATABASE_URL is not set and
# WARGI_DATABASE_URL_FILE may be.
RUN install -d -m 0770 -o 10001 -g 0 /data && install -d /app && ln -s /data /app/data
COPY --from=build /opt/wargi /opt/wargi
# Read from here, so that an operator can mount other flows or translations over them.
COPY flows /app/flows
COPY locales /app/locales
WORKDIR /app
ENV PATH="/opt/wargi/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    WARGI_HOST=0.0.0.0 \
    WARGI_PORT=8080
USER 10001:0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"WARGI_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["wargi"]
CMD ["run"]
