# The webhook's image: slim, non-root, reproducible.
#   docker build --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) -t meshc:0.1.0 .
ARG PYTHON=3.13-slim-bookworm
FROM python:${PYTHON} AS build
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY requirements-webhook.lock ./
RUN python -m venv /opt/meshc && /opt/meshc/bin/pip install --require-hashes -r requirements-webhook.lock
COPY pyproject.toml README.md LICENSE ./
COPY compiler compiler
COPY templates templates
COPY schemas schemas
RUN /opt/meshc/bin/pip install --no-deps . \
 && /opt/meshc/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/meshc \
 && find /opt/meshc -exec touch --no-dereference --date=@${SOURCE_DATE_EPOCH} {} +

FROM python:${PYTHON}
COPY --from=build /opt/meshc /opt/meshc
ENV PATH=/opt/meshc/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
EXPOSE 15017 15014
ENTRYPOINT ["meshc"]
CMD ["webhook"]
