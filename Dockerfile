# The image of deploy/: docker build -t canary-delivery:0.1.0 .
#
# A test runs the steps of the first stage outside of any container (tests/deploy/test_image.py), so they keep to plain
# commands that are put between `RUN` and the end of the line.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/build
RUN python -m venv --without-pip /opt/canary
RUN /opt/build/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/build.txt
RUN /opt/build/bin/python -m pip --python /opt/canary/bin/python install --no-cache-dir --require-hashes --only-binary :all: -r requirements/run.txt
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /opt/dist
RUN /opt/build/bin/python -m pip --python /opt/canary/bin/python install --no-index --no-deps --find-links /opt/dist canary-delivery
# the root is read-only later on, so whatever is not compiled now is compiled at each start
RUN /opt/canary/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /opt/canary/lib

FROM python:${PYTHON}-slim
RUN python -m pip uninstall --yes --quiet pip
COPY --from=build /opt/canary /opt/canary
ENV PATH=/opt/canary/bin:$PATH HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
ENTRYPOINT ["canary"]
