# The image of the service. With an engine: docker build --tag sei-node-tasks:0.1.0 .
# Without one: deploy/image/build.sh, which also makes the two base images where no registry is reachable.
#
# BASE has Node 24, npm and glibc; RUNTIME has the same glibc and libstdc++ (the node binary needs both).
ARG BASE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
# Temporal's client reads the CAs from this file. A slim base does not have it.
RUN test -s /etc/ssl/certs/ca-certificates.crt || \
    (apt-get update && apt-get install --yes --no-install-recommends ca-certificates)
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The secrets are for networks with a registry or CA of their own; neither becomes a part of the image.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt \
    if test -s /run/secrets/ca.crt; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca.crt npm_config_cafile=/run/secrets/ca.crt; fi; \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY lib lib
COPY api api
COPY core core
COPY workflows workflows
COPY kubernetes kubernetes
COPY activities activities
COPY crd-bridge crd-bridge
COPY encryption encryption
COPY worker worker
COPY LICENSE ./
# One bundle for each failure converter, so that no process bundles at its start.
RUN mkdir bundles \
 && node --no-warnings worker/bundle.ts bundles/workflows.js \
 && node --no-warnings worker/bundle.ts --encrypted bundles/encrypted-workflows.js
# What only a bundling, a debugger, another platform or a compiler needs. webpack stays: the SDK imports it at its start.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-*-linux-gnu" -exec rm -r {} + \
 && find node_modules/@temporalio/core-bridge -mindepth 1 -maxdepth 1 -type d ! -name releases ! -name lib -exec rm -r {} + \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete \
 && rm -rf node_modules/@swc/core-* node_modules/.bin node_modules/.package-lock.json package-lock.json .npmrc

# Compiled code of every module, which halves the time of a start. Node keeps it by user and by the flags that change code,
# which a limit of the heap does not; a wrong ROLE ends the process after it has loaded everything.
RUN mkdir compile-cache && chown 65532:65532 compile-cache
USER 65532:65532
RUN ROLE=none NODE_COMPILE_CACHE=/app/compile-cache node --no-warnings worker/main.ts 2> /dev/null; \
    test $? = 78 && test -n "$(ls compile-cache)"
RUN NODE_COMPILE_CACHE=/app/compile-cache node --no-warnings worker/codec-server/main.ts 2> /dev/null; test $? = 78
USER root
RUN chown --recursive root:root compile-cache && chmod --recursive a+rX compile-cache

FROM ${RUNTIME}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sei-node-tasks" \
      org.opencontainers.image.description="Carries out SeiNodeTasks on the sidecars of Sei validators, as Temporal workflows" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /app /app
WORKDIR /app
ENV NODE_ENV=production \
    GIT_COMMIT=${REVISION} \
    NODE_OPTIONS="--max-old-space-size=1536 --max-semi-space-size=8" \
    NODE_COMPILE_CACHE=/app/compile-cache \
    WORKFLOW_BUNDLE=/app/bundles/workflows.js \
    ENCRYPTED_WORKFLOW_BUNDLE=/app/bundles/encrypted-workflows.js \
    PROBE_ADDRESS=0.0.0.0:8080 \
    METRICS_ADDRESS=0.0.0.0:9090
EXPOSE 8080 9090
USER 65532:65532
# Kubernetes uses the probes of the Deployment instead.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PROBE_ADDRESS.split(':').pop() + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is PID 1: the service handles SIGTERM itself and starts no other processes. The heap's limits are in NODE_OPTIONS,
# where a pod can set others: here they would override it.
ENTRYPOINT ["node", "--no-warnings", "worker/main.ts"]
