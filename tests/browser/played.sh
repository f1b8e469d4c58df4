#!/bin/sh
# played.test.mjs beside a server whose event is played up to full data.
here=$(dirname "$0")
exec "$here/../../tools/dev/with-server" --until full -- node "$here/played.test.mjs"
