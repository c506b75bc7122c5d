# The webhook's image: slim, non-root, reproducible (docs/webhook.md, "The image").
#   docker build --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) -t meshc:0.1.0 .
# The same sources, base image and epoch give the same files; pin the base with --build-arg PYTHON=3.13-slim-bookworm@sha256:…
ARG PYTHON=3.13-slim-bookworm
FROM python:${PYTHON} AS build
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_COMPILE=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY requirements-build.lock requirements-webhook.lock ./
RUN python -m venv --without-pip /opt/meshc \
 && pip install --require-hashes -r requirements-build.lock \
 && pip --python /opt/meshc/bin/python install --require-hashes -r requirements-webhook.lock
COPY pyproject.toml README.md LICENSE ./
COPY compiler compiler
COPY templates templates
COPY schemas schemas
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && pip --python /opt/meshc/bin/python install --no-deps --no-index --find-links /wheels meshc \
 && find /opt/meshc -name direct_url.json -delete \
 && python -m compileall -q -f --invalidation-mode unchecked-hash /opt/meshc/lib \
 && find /opt/meshc -exec touch --no-dereference --date=@${SOURCE_DATE_EPOCH} {} +

FROM python:${PYTHON}
COPY --from=build /opt/meshc /opt/meshc
ENV PATH=/opt/meshc/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
EXPOSE 15017 15014
ENTRYPOINT ["meshc"]
CMD ["webhook"]
