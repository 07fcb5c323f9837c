#!/usr/bin/env bash
# move_pages that names all pages of a 64-KiB folio says EBUSY for the second one, moves it all the same, and returns 0.
#
# What:      the status of the second page named is -EBUSY, whichever pages are named; the others have the new node.
#            All sixteen are there afterwards.
#            Naming one page moves all sixteen, and the kernel counts sixteen (pgmigrate_success).
# Versions:  Debian's 6.12.118 and 7.3.4 (mTHP of 64 KiB set to "always").
# Not so:    with base pages: each has the new node as its status, and only those that are named move.
# Matters:   to who counts what moved by statuses: one page of each folio is reported as not moved, or up to fifteen move that nobody named.
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
    timeout 300 qemu-system-x86_64 -nodefaults -no-reboot -display none -machine q35 -accel tcg -cpu "$2" -smp 1 -m 512M \
        -object memory-backend-ram,id=a,size=256M -object memory-backend-ram,id=b,size=256M \
        -numa node,nodeid=0,memdev=a,cpus=0 -numa node,nodeid=1,memdev=b \
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

enum { page = 4096, pages = 16, folio = page * pages };

// What write says: 0, or the error's number.
static int put(const char *file, const char *text) {
    int fd = open(file, O_WRONLY), error = 0;
    if (fd < 0 || write(fd, text, strlen(text)) < 0) error = errno;
    if (fd >= 0) close(fd);
    return error;
}

static char *fresh(void) {
    char *area = mmap(NULL, 2 * folio, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    area = (char *)(((uintptr_t)area + folio - 1) & ~(uintptr_t)(folio - 1));
    memset(area, 1, folio);
    return area;
}

static void move(const char *what, char *area, int first, int count) {
    void *names[pages];
    int nodes[pages], status[pages], there = 0;
    for (int i = 0; i < count; i++) names[i] = area + (first + i) * page, nodes[i] = 1, status[i] = 99;
    long result = syscall(SYS_move_pages, 0, (long)count, names, nodes, status, 2);
    printf("say: %s: returns %ld, status", what, result);
    for (int i = 0; i < count; i++) printf(" %d", status[i]);
    for (int i = 0; i < pages; i++) names[i] = area + i * page;
    syscall(SYS_move_pages, 0, (long)pages, names, NULL, status, 0);
    for (int i = 0; i < pages; i++) there += status[i] == 1;
    printf(", %d moved\n", there);
}

int main(void) {
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    move("base pages, two of sixteen", fresh(), 0, 2);
    if (put("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled", "always")) printf("say: no folios of 64 KiB\n");
    move("folio, sixteen of sixteen", fresh(), 0, pages);
    move("folio, the first", fresh(), 0, 1);
    move("folio, the last two", fresh(), pages - 2, 2);
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
base pages, two of sixteen: returns 0, status 1 1, 2 moved
folio, sixteen of sixteen: returns 0, status 1 -16 1 1 1 1 1 1 1 1 1 1 1 1 1 1, 16 moved
folio, the first: returns 0, status 1, 16 moved
folio, the last two: returns 0, status 1 -16, 16 moved
TEXT
for linux in linux-6.12 linux-7.3; do
    echo "$linux"
    boot "$linux" max | tee seen | sed 's/^/    /'
    cmp -s seen expected || { echo "CHANGED: this is no longer as described"; exit 1; }
done
echo "as described"
