# The mock in a container: `docker build -t feather-mock . && docker run --rm -p 8000:8000 feather-mock`
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/feather && /opt/feather/bin/pip install --no-cache-dir . && /opt/feather/bin/pip uninstall -y pip

FROM python:3.13-slim
COPY --from=build /opt/feather /opt/feather
RUN useradd --no-create-home --uid 10001 feather
USER 10001
ENV PATH=/opt/feather/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s --retries=3 \
    CMD ["python", "-c", "import urllib.request as http; http.urlopen('http://127.0.0.1:8000/openapi.json', timeout=2)"]
ENTRYPOINT ["feather-mock"]
CMD ["--host", "0.0.0.0", "--port", "8000"]
