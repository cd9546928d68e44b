# Build: bundles client/ and src/ with most packages, and keeps only what is needed to run. Nothing but npm's packages is downloaded.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY client/package.json client/tsconfig.json ./client/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY build ./build
COPY client/src ./client/src
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

# Run: no compiler, no npm cache, no root. The root file system may be read-only: the worker writes only to /data,
# which holds the embedded store and the spool.
FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data REGISTRY_FILE=/app/config/exchanges.yml TIERS_FILE=/app/config/tiers.yml
RUN install -d -m 0700 -o node -g node /data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY config ./config
COPY schemas ./schemas
USER node
VOLUME /data
# Posts over REST, if PUBLIC_HOST lets them in; by default the worker listens only inside the container.
EXPOSE 9180
# Node makes the request, because the slim image has no curl. The check is for liveness, not readiness: a restart would
# not help a container that waits for its broker or store. With HTTP_PORT=off there is nothing to check.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", "const { HTTP_PORT: port = '', HTTP_HOST: host = '' } = process.env; if (port !== 'off') fetch(`http://${/^(|0\\.0\\.0\\.0|::)$/.test(host) ? '127.0.0.1' : host}:${port || 9182}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The exec form makes node the first process, so that SIGTERM reaches it. It handles SIGTERM and SIGINT itself and starts
# no child processes, so no init is needed.
ENTRYPOINT ["node", "--enable-source-maps", "dist/main.js"]
CMD ["start"]
