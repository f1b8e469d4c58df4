#!/bin/sh
# collect.sh BUILDDIR: puts every program of ours, and the libraries that Debian does not carry,
# into BUILDDIR/bin and BUILDDIR/lib. Safe to run again; unchanged files are left alone.
set -eu

build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$build/bin" "$build/lib"
for f in "$build"/src/*/wardroom* "$build"/src/portal/web/gallery; do
	if [ -f "$f" ] && [ -x "$f" ]; then
		install -C -m 0755 "$f" "$build/bin/"
	fi
done
for f in "$root"/var/duckdb/libduckdb.so*; do
	if [ -f "$f" ]; then
		install -C -m 0755 "$f" "$build/lib/"
	fi
done
