# Trellis with its private PostgreSQL in one image: docker build -t trellis . && docker run -p 8080:8080 -v trellis:/data trellis
# With TRELLIS_DATABASE_URL it uses that server instead; compose.yaml shows how.

FROM node:22-bookworm-slim AS ui
WORKDIR /src/admin-ui
COPY admin-ui/package.json admin-ui/package-lock.json admin-ui/.npmrc ./
RUN npm ci
COPY admin-ui ./
RUN npm run build

FROM rust:1.95-slim-bookworm AS binary
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
COPY --from=ui /src/admin-ui/dist admin-ui/dist
RUN cargo build --release --locked -p server

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/trellis.conf \
    && apt-get install -y --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/trellis trellis \
    && install -d -o trellis -g trellis -m 700 /data
COPY --from=binary /src/target/release/trellis /usr/local/bin/trellis
USER trellis
WORKDIR /home/trellis
ENV TRELLIS_LISTEN=0.0.0.0:8080 TRELLIS_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["trellis"]
CMD ["serve"]
