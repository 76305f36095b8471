# Pronghorn's commands. Everything is installed into $(VENV); nothing outside this folder changes.
#
#   make demo     build, install, train Fashion-MNIST for five epochs, write runs/fashion_mnist
#   make test     run every test against the installed package     (ARGS='-k adam' narrows it)
#   make test-arm the kernels compiled for 64-bit ARM, tested under emulation (qemu)
#   make test-avx512  those of AVX-512, tested on any processor with AVX2 (SIMDe's headers)
#   make test-memory  the native code with the compiler's checks of memory (GCC)
#   make check    format, lint, types, structure, generated files
#   make docs     the pages of docs/ and of every public name, into build/site; a warning is an error
#   make bench    side by side with Keras, JAX, PyTorch, scikit-learn   (ARGS=--quick: short)
#   make bench-peers  environments of the heavy peers (TensorFlow, PyTorch, ONNX Runtime)
#   make bench-docs   renews tables and pictures of docs/performance.md (half an hour)
#   make bench-instructions  instructions a step, counted; fails where a net grew by 5 %
#   make build    build and install the package only
#   make format   rewrite the sources as `make check` wants them
#   make clean    remove what was built; runs/ stays
#
# Variables: PYTHON (3.11 or newer), VENV (.venv), CXX (a C++20 compiler), JOBS (cores to build
# with), ARGS, PRONGHORN_DATA (folder of data sets, for the tests and the benchmark).

VENV ?= .venv
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
ARGS ?=

PY := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
# One build tree for each environment, kept.
BUILD := build/$(patsubst .%,%,$(notdir $(VENV)))
KERNELS_TEST := pronghorn_kernels_test
EXEC_TEST := pronghorn_exec_test
PIP := $(PY) -m pip --disable-pip-version-check --quiet
# Folders stand in the list so that a removed file counts as a change too.
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE \
  $(shell find src native -name __pycache__ -prune -o -print 2>/dev/null)
CPP = $(shell find native -name '*.h' -o -name '*.cpp' -o -name '*.inl' | grep -v '\.gen\.')
PYTHON_CODE := src tests tools bench examples $(wildcard docs/*.py)

export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

.PHONY: help demo test test-arm test-avx512 test-memory check docs bench bench-peers bench-docs \
  bench-instructions build format clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   make /make /p' Makefile

demo: $(STAMPS)/package $(STAMPS)/needs-demo
	$(VENV)/bin/pronghorn train fashion_mnist --epochs 5 --out runs/fashion_mnist $(ARGS)

# Modules in the order of their folders: by the number of their tests, as pytest-xdist would have it,
# those of a few long tests come last, and a worker waits for minutes.
test: $(STAMPS)/package $(STAMPS)/needs-test
	$(VENV)/bin/cmake --build $(BUILD) --target $(KERNELS_TEST) $(EXEC_TEST)
	$(BUILD)/native/kernels/$(KERNELS_TEST)
	$(BUILD)/native/$(EXEC_TEST)
	$(PY) -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder $(ARGS)

ARM_CXX := aarch64-linux-gnu-g++
ARM_RUN := qemu-aarch64-static
test-arm: $(STAMPS)/needs-build
	@command -v $(ARM_CXX) $(ARM_RUN) > /dev/null || { echo "make: expected $(ARM_CXX) and" \
	  "$(ARM_RUN). Install them (Debian, Ubuntu: apt install g++-aarch64-linux-gnu" \
	  "qemu-user-static)" >&2; exit 1; }
	$(VENV)/bin/cmake -S . -B build/arm -G "Unix Makefiles" -DPRONGHORN_KERNELS_ONLY=ON \
	  --toolchain native/cmake/aarch64.cmake
	$(VENV)/bin/cmake --build build/arm --target $(KERNELS_TEST)
	$(ARM_RUN) build/arm/native/kernels/$(KERNELS_TEST)

# A package of its own, beside the environment, where the best instruction set is the emulated one.
AVX512 := build/avx512
test-avx512: $(STAMPS)/needs-build $(STAMPS)/needs-core $(STAMPS)/needs-test
	@printf '#include <simde/x86/avx512.h>\n' | $(CXX) -x c++ -E -o /dev/null - 2>/dev/null || { echo \
	  "make: expected SIMDe's headers. Install them (Debian, Ubuntu: apt install libsimde-dev)" >&2; \
	  exit 1; }
	$(PIP) install --no-build-isolation --no-deps --upgrade --target $(AVX512)/site \
	  -C build-dir=$(AVX512)/build -C cmake.define.PRONGHORN_EMULATE_AVX512=ON .
	$(VENV)/bin/cmake --build $(AVX512)/build --target $(KERNELS_TEST) $(EXEC_TEST)
	$(AVX512)/build/native/kernels/$(KERNELS_TEST) avx512
	$(AVX512)/build/native/$(EXEC_TEST)
	PRONGHORN_EMULATED_FLAGS="avx512f avx512bw avx512dq avx512vl" \
	  PYTHONPATH=$(CURDIR)/$(AVX512)/site \
	  $(PY) -m pytest -n $(JOBS) --dist loadscope $(or $(ARGS),tests/native tests/parity)

# Another such package, that ends where memory is used wrongly. (Python itself holds what looks like
# leaks.)
MEMORY := build/memory
test-memory: $(STAMPS)/needs-build $(STAMPS)/needs-core $(STAMPS)/needs-test
	$(PIP) install --no-build-isolation --no-deps --upgrade --target $(MEMORY)/site \
	  -C build-dir=$(MEMORY)/build -C install.strip=false \
	  -C cmake.define.PRONGHORN_SANITIZE=address,undefined .
	$(VENV)/bin/cmake --build $(MEMORY)/build --target $(KERNELS_TEST) $(EXEC_TEST)
	$(MEMORY)/build/native/kernels/$(KERNELS_TEST)
	$(MEMORY)/build/native/$(EXEC_TEST)
	ASAN_OPTIONS=detect_leaks=0 PYTHONPATH=$(CURDIR)/$(MEMORY)/site \
	  LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libstdc++.so)" \
	  $(PY) -m pytest -n $(JOBS) --dist loadscope $(or $(ARGS),tests/native tests/unit/engines)

check: $(STAMPS)/package $(STAMPS)/needs-test $(STAMPS)/needs-check
	$(VENV)/bin/ruff format --check $(PYTHON_CODE)
	$(VENV)/bin/ruff check $(PYTHON_CODE)
	$(VENV)/bin/clang-format --dry-run -Werror $(CPP)
	$(VENV)/bin/mypy
	$(PY) tools/gen_kernels.py --check
	$(PY) -m pytest tests/structure $(ARGS)

docs: $(STAMPS)/package $(STAMPS)/needs-docs
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet
	@echo "written: build/site/index.html"

bench: $(STAMPS)/package $(STAMPS)/needs-test
	$(PY) -m bench $(ARGS)

bench-peers: $(STAMPS)/venv
	$(PY) -m bench.environments $(ARGS)

bench-docs: $(STAMPS)/package $(STAMPS)/needs-test
	$(PY) -m bench.page $(ARGS)

bench-instructions: $(STAMPS)/package $(STAMPS)/needs-test
	$(PY) -m bench.instructions $(ARGS)

build: $(STAMPS)/package

format: $(STAMPS)/needs-check
	$(VENV)/bin/ruff check --fix --exit-zero $(PYTHON_CODE)
	$(VENV)/bin/ruff format $(PYTHON_CODE)
	$(VENV)/bin/clang-format -i $(CPP)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A plain install, not an editable one: what is tested is what a user gets. The build tree is
# kept, so that a changed kernel compiles alone and a changed Python file compiles nothing. The
# stamp is as old as the start of the build: what is edited meanwhile is built next time.
$(STAMPS)/package: $(SOURCES) $(STAMPS)/needs-build $(STAMPS)/needs-core
	@echo "building pronghorn with $(JOBS) job(s)"
	@touch $@.begun
	@$(PIP) install --no-build-isolation --no-deps -C build-dir=$(BUILD) .
	@mv $@.begun $@

NEEDS_build := build
NEEDS_core := core
NEEDS_demo := sklearn plot
NEEDS_test := test lab
NEEDS_check := check
NEEDS_docs := docs

$(STAMPS)/needs-%: pyproject.toml tools/requirements.py | $(STAMPS)/compiler
	@echo "installing requirements: $(NEEDS_$*)"
	@$(PY) tools/requirements.py $(NEEDS_$*) > $@.txt
	@$(PIP) install -r $@.txt
	@touch $@

# The first Python that is new enough and can make environments; PYTHON=… overrides the search.
$(STAMPS)/venv:
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	      2>/dev/null; then \
	    echo "making $(VENV) with $$($$python --version)"; \
	    "$$python" -m venv --clear $(VENV) && mkdir -p $(STAMPS) && touch $@ && exit 0; \
	    exit 1; \
	  fi; \
	done; \
	echo "make: expected a Python 3.11 or newer with the modules venv and ensurepip (looked for:" \
	  "$(or $(PYTHON),python3 python3.14 … python3.11 in PATH)). Install one (Debian, Ubuntu:" \
	  "apt install python3-venv) or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1

$(STAMPS)/compiler: | $(STAMPS)/venv
	@for cxx in $(if $(filter-out default undefined,$(origin CXX)),$(CXX),c++ g++ clang++); do \
	  if printf '#include <bit>\n#include <span>\nint main() {}\n' \
	      | $$cxx -std=c++20 -x c++ -c -o /dev/null - 2>/dev/null; then \
	    echo "compiling with $$($$cxx --version | head -n 1)"; touch $@; exit 0; \
	  fi; \
	done; \
	echo "make: expected a C++20 compiler (g++ 11, clang 14 or newer). Install one (Debian, Ubuntu:" \
	  "apt install g++; macOS: xcode-select --install) or name it: make CXX=/path/to/g++-12" >&2; \
	exit 1
