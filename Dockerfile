# Build: compiles src/ and leaves only what runs. Nothing is compiled or downloaded beside npm's packages.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
RUN npm install --ignore-scripts --no-audit --no-fund
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

# Run: no compiler, no npm cache, no root. The root file system may be read-only: only /data is written,
# and only by the embedded store.
FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data REGISTRY_FILE=/app/config/exchanges.yml TIERS_FILE=/app/config/tiers.yml
RUN install -d -o node -g node /data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY config ./config
COPY schemas ./schemas
USER node
VOLUME /data
# The exec form makes node the first process, so that SIGTERM reaches it; it handles SIGTERM and SIGINT itself
# and starts no children, so that no init is needed.
ENTRYPOINT ["node", "--enable-source-maps", "dist/main.js"]
CMD ["start"]
