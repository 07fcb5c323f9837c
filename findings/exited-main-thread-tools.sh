#!/usr/bin/env bash
# pmap, numastat -p and ps say that a process has no memory once its main thread has ended, and end with 0, though its workers use 64 MiB.
#
# What:      the process is a "zombie" with threads: its maps are empty under its own number and complete under a worker's
#            (/proc/PID/task/TID). pmap prints a total of 0K and numastat a table of zeros, both as if that were so; ps shows 0.
#            migratepages refuses the process's number (Invalid argument) and takes the worker's.
# Versions:  procps 4.0.2-3 and numactl 2.0.16-1 of Debian 12; kernel 6.18.
# Not so:    of the kernel's own judgement of whom to kill: oom_score counts the memory.
# Matters:   to who adds up memory by node or looks for the process that holds it: it is in no list.
#
# Needs gcc, dpkg-deb and a mirror of Debian's archive (DEBIAN_MIRROR; the default is apt's).
# Ends with 0 while this is so, with 1 when it has changed.
set -euo pipefail

mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' | sed -n 's#/debian/*$##p' | head -n 1)}
[ -n "$mirror" ] || { echo "no mirror of Debian's archive in apt's sources; set DEBIAN_MIRROR to the address in front of /debian" >&2; exit 2; }
folder=$(mktemp -d)
process=
trap '[ -z "$process" ] || kill "$process" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

# package SHA256 FILE: unpacks Debian's package into the folder.
package() {
    curl -fsS --retry 3 -o package.deb "$mirror/debian/$2"
    echo "$1  package.deb" | sha256sum --check --quiet
    dpkg-deb -x package.deb .
}
package a46c5dfc06fbf1bb44c4c00b58cfc3a202479f3dd99df99bda069e416abd592a \
    pool/main/n/numactl/numactl_2.0.16-1_amd64.deb
package 639e1ab6bd66ead40db8a22c332d7199679fa22db261cac34444eb8eb4c17dda \
    pool/main/n/numactl/libnuma1_2.0.16-1_amd64.deb
package d9d0e75779cb79af869181f17b93c5c263a2b89cac6a0193c436160a4483ddc1 \
    pool/main/p/procps/procps_4.0.2-3_amd64.deb
package e82ba5d01929eafb8b9954606a3c38b0332a987c2b3432388b4ee7365e54deae \
    pool/main/p/procps/libproc2-0_4.0.2-3_amd64.deb
export LD_LIBRARY_PATH=$folder/lib/x86_64-linux-gnu:$folder/usr/lib/x86_64-linux-gnu

cat >worker.c <<'TEXT'
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *work(void *area) {
    for (;; usleep(100000)) memset(area, 1, 64 << 20);
}
int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, work, malloc(64 << 20));
    pthread_exit(NULL);
}
TEXT
gcc -O1 -pthread -o worker worker.c
./worker &
process=$!
for _ in $(seq 100); do grep -q '^State:.Z' "/proc/$process/status" && break; sleep 0.1; done
sleep 1
thread=$(ls "/proc/$process/task" | grep -vx "$process")

# resident FILE: MiB that the kernel says there.
resident() { awk '/^VmRSS/ { mib = $2 / 1024 } END { print (mib >= 64 ? "64 or more" : mib + 0) }' "$1"; }
{
    echo "kernel, by the process's number: $(resident "/proc/$process/status") MiB"
    echo "kernel, by the worker's number: $(resident "/proc/$process/task/$thread/status") MiB"
    echo "ps: $(bin/ps -o stat=,rss= -p "$process" | awk '{ print $1, $2 }')"
    total=$(usr/bin/pmap "$process" | awk '/total/ { print $2 }') && echo "pmap: total $total, ends with $?"
    total=$(usr/bin/numastat -p "$process" | awk '/^Total/ { print $NF }') && echo "numastat: total $total, ends with $?"
    usr/bin/migratepages "$process" 0 0 2>refused && echo "migratepages, process: done" || echo "migratepages, process: $(cat refused)"
    usr/bin/migratepages "$thread" 0 0 2>refused && echo "migratepages, worker: done" || echo "migratepages, worker: $(cat refused)"
} | tee seen
cat >expected <<'TEXT'
kernel, by the process's number: 0 MiB
kernel, by the worker's number: 64 or more MiB
ps: Zl 0
pmap: total 0K, ends with 0
numastat: total 0.00, ends with 0
migratepages, process: migrate_pages: Invalid argument
migratepages, worker: done
TEXT
cmp -s seen expected || { echo "CHANGED: this is no longer as described"; exit 1; }
echo "as described"
