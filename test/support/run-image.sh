#!/usr/bin/env bash
# Runs a command in the file system of an image as a container runtime would: read-only, as the image's user, as PID 1,
# with the pod's files mounted. Needs root. The environment is that of this script.
#
#   run-image.sh IMAGE_ROOT POD_FILES UID:GID WORKDIR COMMAND…
set -euo pipefail
if [ "${IN_NAMESPACES:-}" != yes ]; then
  IN_NAMESPACES=yes exec unshare --mount --pid --fork --kill-child --propagation private "$0" "$@"
fi
unset IN_NAMESPACES
image=$1 files=$2 user=$3 directory=$4
shift 4
mount -t tmpfs tmpfs /mnt
mkdir /mnt/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$image,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
root=/mnt/root
mkdir -p "$root/proc" "$root/dev" "$root/run/secrets"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# /var/run is a link to /run.
mount --bind "$files/var/run/secrets" "$root/run/secrets"
if [ -d "$files/etc/sei-node-tasks" ]; then
  mkdir -p "$root/etc/sei-node-tasks"
  mount --bind "$files/etc/sei-node-tasks" "$root/etc/sei-node-tasks"
fi
mount -o remount,ro "$root"
exec chroot --userspec="$user" --groups="${user#*:}" "$root" /usr/bin/env --chdir="$directory" "$@"
