# STEP for processors. `docker build -t step .`; the default command runs the demo study:
#   docker run --rm -v "$PWD/results:/step/data/08_reporting" step
# docs/cluster.md has more.
FROM python:3.11-slim-bookworm

WORKDIR /step
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
# The build of torch for processors; the usual one brings several gigabytes of CUDA. cooltools comes
# as source: what compiles it leaves with its layer.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev \
 && pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
    -c constraints.txt -e ".[dask,hic,h5ad]" \
 && apt-get purge -y --auto-remove gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*

COPY conf conf
COPY data/01_raw/demo data/01_raw/demo
COPY .telemetry ./
RUN useradd --create-home --uid 1000 step && mkdir -p .viz .cache && chown -R step:step /step
USER 1000
ENV MPLBACKEND=agg NUMBA_CACHE_DIR=/step/.cache/numba MPLCONFIGDIR=/step/.cache/matplotlib
ENTRYPOINT ["kedro"]
CMD ["run"]
