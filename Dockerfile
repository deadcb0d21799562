# docker build -t idp-sim . && docker run --rm -p 8443:8443 idp-sim
# How to trust its certificate and give it a name of its own: docs/public-address.md
FROM python:3.13-slim
COPY pyproject.toml README.md LICENSE /src/
COPY federation /src/federation
COPY idp_sim /src/idp_sim
COPY fixtures /src/fixtures
RUN pip install --no-cache-dir /src && rm -r /src \
    && useradd --create-home idp-sim && mkdir /data && chown idp-sim /data
USER idp-sim
# The certificate authority and the worlds: a volume keeps both, so that trust is given once.
ENV IDP_SIM_HOME=/data/account IDP_SIM_DATA=/data/worlds
VOLUME /data
EXPOSE 8443
HEALTHCHECK --interval=5s --start-period=30s CMD ["idp-sim", "wait", "--timeout", "4"]
ENTRYPOINT ["idp-sim"]
CMD ["serve", "--host", "0.0.0.0", "--public-url", "https://localhost:8443"]
