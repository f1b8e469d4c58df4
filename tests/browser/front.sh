#!/bin/sh
# front.test.mjs beside a fresh server.
here=$(dirname "$0")
exec "$here/../../tools/dev/with-server" -- node "$here/front.test.mjs"
