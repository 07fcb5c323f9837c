#!/usr/bin/env bash
# A control group's memory.reclaim succeeds without freeing a byte where a slower memory node is there: it demotes, and counts that as reclaimed.
#
# What:      64 MiB of a group on the fast node, "8M" into memory.reclaim: the write succeeds, memory.current is what it was, and 8 MiB are
#            on the slow node. MADV_PAGEOUT of the same memory (no swap) succeeds, too, and neither frees nor demotes any of it.
# Versions:  Debian's 6.12.118 and 7.3.4, demotion_enabled 1, two nodes whose latencies the firmware tells (HMAT).
# Not so:    with demotion_enabled 0: the write fails with EAGAIN, and nothing moves.
# Matters:   to who trims groups by memory.reclaim until usage falls: it pushes the group out of fast memory instead, step by step.
#
# Needs qemu-system-x86_64, gcc with a static C library, busybox, dpkg-deb and a mirror of Debian's archive
# (DEBIAN_MIRROR; the default is apt's).
# Everything is emulated, nothing of this machine is touched. Ends with 0 while this is so, with 1 when it has changed.
set -euo pipefail

mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' | sed -n 's#/debian/*$##p' | head -n 1)}
[ -n "$mirror" ] || { echo "no mirror of Debian's archive in apt's sources; set DEBIAN_MIRROR to the address in front of /debian" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# kernel NAME SHA256 FILE: Debian's package, checked; its image becomes NAME.
kernel() {
    curl -fsS --retry 3 -o "$1.deb" "$mirror/$3"
    echo "$2  $1.deb" | sha256sum --check --quiet
    dpkg-deb --fsys-tarfile "$1.deb" | tar -xO --wildcards '*/vmlinuz*' >"$1"
}

# boot NAME PROCESSOR: runs the program as the first and only process of a machine with two memory nodes; prints what it says.
boot() {
    local latency=hmat-lb,initiator=0,hierarchy=memory,data-type=access-latency
    local bandwidth=hmat-lb,initiator=0,hierarchy=memory,data-type=access-bandwidth
    timeout 300 qemu-system-x86_64 -nodefaults -no-reboot -display none -machine q35,hmat=on -accel tcg -cpu "$2" -smp 1 -m 512M \
        -object memory-backend-ram,id=a,size=256M -object memory-backend-ram,id=b,size=256M \
        -numa node,nodeid=0,memdev=a,cpus=0,initiator=0 -numa node,nodeid=1,memdev=b,initiator=0 \
        -numa "$latency,target=0,latency=100" -numa "$bandwidth,target=0,bandwidth=100G" \
        -numa "$latency,target=1,latency=300" -numa "$bandwidth,target=1,bandwidth=30G" \
        -kernel "$1" -initrd initrd -append "console=ttyS0 quiet panic=-1" -serial stdio 2>qemu.log | tr -d '\r' | sed -n 's/^say: //p'
}

cat >init.c <<'TEXT'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <sys/stat.h>

// What write says: 0, or the error's number.
static int put(const char *file, const char *text) {
    int fd = open(file, O_WRONLY), error = 0;
    if (fd < 0 || write(fd, text, strlen(text)) < 0) error = errno;
    if (fd >= 0) close(fd);
    return error;
}

enum { page = 4096, pages = 16384 };
#define GROUP "/sys/fs/cgroup/demo/"

static long current(void) {
    char text[64] = "";
    int fd = open(GROUP "memory.current", O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) < 0) return -1;
    close(fd);
    return atol(text) >> 10;
}

static int slow(char *area) {
    static void *names[pages];
    static int status[pages];
    int count = 0;
    for (int i = 0; i < pages; i++) names[i] = area + (long)i * page;
    syscall(SYS_move_pages, 0, (long)pages, names, NULL, status, 0);
    for (int i = 0; i < pages; i++) count += status[i] == 1;
    return count * (page >> 10);
}

static void try(const char *what, char *area, int pageout) {
    long before = current();
    int moved = slow(area), error = pageout ? (madvise(area, (long)pages * page, MADV_PAGEOUT) ? errno : 0) : put(GROUP "memory.reclaim", "8M");
    long less = before - current();
    moved = slow(area) - moved;
    printf("say: %s: %s, usage %s, %s to the slow node\n", what, strerror(error), less < 256 ? "not lower" : "lower",
        moved == 0 ? "nothing" : moved >= 8192 && moved < 10240 ? "8 MiB" : "another amount");
}

int main(void) {
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, 0);
    put("/sys/kernel/mm/transparent_hugepage/enabled", "never");
    put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
    mkdir(GROUP, 0755);
    put(GROUP "cgroup.procs", "0");
    char *area = mmap(NULL, (long)pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < pages; i++) area[(long)i * page] = 1;
    put("/sys/kernel/mm/numa/demotion_enabled", "0");
    try("demotion off, memory.reclaim", area, 0);
    put("/sys/kernel/mm/numa/demotion_enabled", "1");
    try("demotion on, memory.reclaim", area, 0);
    try("demotion on, MADV_PAGEOUT", area, 1);
    fflush(stdout);
    reboot(RB_POWER_OFF);
}
TEXT
mkdir -p root/proc root/sys root/dev
gcc -O1 -Wall -static -o root/init init.c
(cd root && find . | busybox cpio -o -H newc 2>/dev/null) | gzip >initrd

kernel linux-6.12 07f23ba1de88377d700e1e2f5b2ee495ff89b0d0bb73fdbd3eac8f6b27609b9a \
    debian-security/pool/updates/main/l/linux-signed-amd64/linux-image-6.12.118+deb13-cloud-amd64_6.12.118-1_amd64.deb
kernel linux-7.3 c4fbc8e404958693b28825474c20742d70594d65ca58aea7be6a279c81eb6fa0 \
    debian/pool/main/l/linux-signed-amd64/linux-binary-7.3.4+deb13-cloud-amd64_7.3.4-1~bpo13+1_amd64.deb
cat >expected <<'TEXT'
demotion off, memory.reclaim: Resource temporarily unavailable, usage not lower, nothing to the slow node
demotion on, memory.reclaim: Success, usage not lower, 8 MiB to the slow node
demotion on, MADV_PAGEOUT: Success, usage not lower, nothing to the slow node
TEXT
for linux in linux-6.12 linux-7.3; do
    echo "$linux"
    boot "$linux" max | tee seen | sed 's/^/    /'
    cmp -s seen expected || { echo "CHANGED: this is no longer as described"; exit 1; }
done
echo "as described"
