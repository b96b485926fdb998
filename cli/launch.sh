#!/bin/sh
# Starts the plugin of an archive with the Node that is next to it, also through symbolic links: krew makes one.
set -eu

self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
folder=$(dirname "$self")
exec "$folder/node" "$folder/launch.cjs" "$@"
