# One image definition for all services: `docker build --build-arg APP=routing .`
# Build with the whole workspace, run with what production needs, as a user without rights.
FROM node:24-bookworm-slim AS build
WORKDIR /privity
COPY package.json package-lock.json nx.json tsconfig.base.json tsconfig.json ./
COPY apps apps
COPY libs libs
COPY e2e/package.json e2e/package.json
RUN npm ci --no-audit --no-fund && npx nx run-many -t build --outputStyle=static && npm prune --omit=dev

FROM node:24-bookworm-slim
ARG APP
ENV NODE_ENV=production PRIVITY_HOST=0.0.0.0 PRIVITY_PORT=8080 APP=${APP}
WORKDIR /privity
COPY --from=build /privity/package.json ./
COPY --from=build /privity/node_modules node_modules
COPY --from=build /privity/libs libs
COPY --from=build /privity/apps apps
RUN mkdir -p /var/lib/privity/media /var/lib/privity/outbox && chown -R node:node /var/lib/privity
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=5 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PRIVITY_PORT + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Secrets come as a file (PRIVITY_SECRETS), so that no listing of containers shows them.
CMD ["sh", "-c", "if [ -n \"$PRIVITY_SECRETS\" ]; then set -a; . \"$PRIVITY_SECRETS\"; fi; exec node --max-semi-space-size=32 apps/$APP/dist/main.js"]
