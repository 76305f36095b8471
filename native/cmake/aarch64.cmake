# Cross-compiling for 64-bit ARM with Debian's g++-aarch64-linux-gnu; `make test-arm` runs the
# result under qemu-user-static. -static: no ARM libraries are needed to run it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
