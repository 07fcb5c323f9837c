#!/usr/bin/env bash
# A page keeps its accessed bit when it moves to another node only on processors without the flaw L1TF.
#
# What:      pages that were just read are "Referenced" in smaps; after move_pages they still are on one processor, and are not on another,
#            with the same kernel. Where the processor has L1TF (Intel's before Cascade Lake, as QEMU's Skylake-Server model has it),
#            the entry that stands for a page under way has no room for the bit, as the mitigation takes the upper bits.
# Versions:  Debian's 6.12.118 and 7.3.4 under QEMU's models max and Skylake-Server; 6.1.0-57 did the same.
# Not so:    for pages that were not accessed: they stay so on both.
# Matters:   to who estimates working sets while something (kernel tiering, compaction, numad) moves pages:
#            the same load looks colder on older hosts.
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

// What write says: 0, or the error's number.
static int put(const char *file, const char *text) {
    int fd = open(file, O_WRONLY), error = 0;
    if (fd < 0 || write(fd, text, strlen(text)) < 0) error = errno;
    if (fd >= 0) close(fd);
    return error;
}

// Referenced of the mapping that holds the address, in KiB, from smaps.
static long referenced(void *address) {
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    int here = 0;
    long found = -1;
    while (fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) here = from <= (unsigned long)address && (unsigned long)address < to;
        else if (here && sscanf(line, "Referenced: %ld kB", &found) == 1) break;
    }
    fclose(maps);
    return found;
}

enum { page = 4096, pages = 1024 };

static int move(char *area) {
    static void *names[pages];
    static int nodes[pages], status[pages];
    int there = 0;
    for (int i = 0; i < pages; i++) names[i] = area + i * page, nodes[i] = 1;
    syscall(SYS_move_pages, 0, (long)pages, names, nodes, status, 2);
    for (int i = 0; i < pages; i++) there += status[i] == 1;
    return there;
}

static char *cleared(void) {
    char *area = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(area, 1, pages * page);
    mprotect(area, page, PROT_READ | PROT_WRITE);
    put("/proc/self/clear_refs", "1");
    return area;
}

int main(void) {
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    // Nothing else may take the bits: no DAMON, no generations, no huge pages.
    put("/sys/module/damon_stat/parameters/enabled", "N");
    put("/sys/kernel/mm/lru_gen/enabled", "0");
    put("/sys/kernel/mm/transparent_hugepage/enabled", "never");
    char *area = cleared();
    printf("say: not accessed: %ld KiB referenced", referenced(area));
    printf(", %d pages moved", move(area));
    printf(", then %ld KiB\n", referenced(area));
    munmap(area, pages * page);
    area = cleared();
    volatile int sum = 0;
    for (int i = 0; i < pages; i++) sum += area[i * page];
    printf("say: accessed: %ld KiB referenced", referenced(area));
    printf(", %d pages moved", move(area));
    printf(", then %ld KiB\n", referenced(area));
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
cat >max.expected <<'TEXT'
not accessed: 0 KiB referenced, 1024 pages moved, then 0 KiB
accessed: 4096 KiB referenced, 1024 pages moved, then 4096 KiB
TEXT
cat >Skylake-Server.expected <<'TEXT'
not accessed: 0 KiB referenced, 1024 pages moved, then 0 KiB
accessed: 4096 KiB referenced, 1024 pages moved, then 0 KiB
TEXT
for linux in linux-6.12 linux-7.3; do
    for processor in max Skylake-Server; do
        echo "$linux, $processor"
        boot "$linux" "$processor" | tee seen | sed 's/^/    /'
        cmp -s seen "$processor.expected" || { echo "CHANGED: this is no longer as described"; exit 1; }
    done
done
echo "as described"
