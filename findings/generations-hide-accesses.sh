#!/usr/bin/env bash
# Ageing by the multi-generational LRU takes accessed bits for good: smaps says 0 kB "Referenced" of memory that was just used.
#
# What:      clear_refs, then a read of 4 of 8 MiB, then smaps: 4096 kB Referenced. One ageing of the node (as reclaim does it, here by
#            debugfs) and smaps says 0 kB, though nobody wrote to clear_refs.
#            On 7.3.4 the first ageing leaves a mark that smaps counts, and the second one loses it, though the memory was used in between.
# Versions:  Debian's 6.12.118 and 7.3.4, where the generations are on from boot.
# Not so:    without the ageing, or with the generations switched off (lru_gen/enabled 0): Referenced stays at 4096 kB.
# Matters:   to who measures a working set by clear_refs and Referenced: under memory pressure the result shrinks
#            with every ageing, and nothing says so.
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

enum { page = 4096, pages = 2048 };

// One ageing of all that the generations know, of every node and control group.
static void age(void) {
    FILE *generations = fopen("/sys/kernel/debug/lru_gen", "r");
    char line[512], orders[16][64];
    unsigned long group = 0, node = 0, newest = 0, number;
    int count = 0, open_node = 0;
    while (generations && fgets(line, sizeof line, generations)) {
        int starts = sscanf(line, " memcg %lu", &number) == 1 ? 1 : sscanf(line, " node %lu", &number) == 1 ? 2 : 0;
        if (starts && open_node && count < 16) snprintf(orders[count++], 64, "+ %lu %lu %lu 1 1", group, node, newest), open_node = 0;
        if (starts == 1) group = number;
        else if (starts == 2) node = number, open_node = 1;
        else if (sscanf(line, " %lu", &number) == 1) newest = number;
    }
    if (open_node && count < 16) snprintf(orders[count++], 64, "+ %lu %lu %lu 1 1", group, node, newest);
    if (generations) fclose(generations);
    for (int i = 0; i < count; i++) put("/sys/kernel/debug/lru_gen", orders[i]);
}

// A page or two may be used by the program itself.
static const char *kept(char *area) { return referenced(area) >= 4000 ? "kept" : referenced(area) <= 64 ? "lost" : "in part"; }

static void try(const char *what, char *area) {
    put("/proc/self/clear_refs", "1");
    printf("say: %s: cleared %ld", what, referenced(area));
    volatile int sum = 0;
    for (int i = 0; i < pages / 2; i++) sum += area[i * page];
    printf(", used %ld", referenced(area));
    age();
    printf(", aged %s", kept(area));
    for (int i = 0; i < pages / 2; i++) sum += area[i * page];
    age();
    printf(", used and aged again %s\n", kept(area));
}

int main(void) {
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    mount("debugfs", "/sys/kernel/debug", "debugfs", 0, 0);
    put("/sys/kernel/mm/transparent_hugepage/enabled", "never");
    put("/sys/module/damon_stat/parameters/enabled", "N");
    char *area = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(area, 1, pages * page);
    try("generations on", area);
    put("/sys/kernel/mm/lru_gen/enabled", "0");
    try("generations off", area);
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
cat >linux-6.12.expected <<'TEXT'
generations on: cleared 0, used 4096, aged lost, used and aged again lost
generations off: cleared 0, used 4096, aged kept, used and aged again kept
TEXT
cat >linux-7.3.expected <<'TEXT'
generations on: cleared 0, used 4096, aged kept, used and aged again lost
generations off: cleared 0, used 4096, aged kept, used and aged again kept
TEXT
for linux in linux-6.12 linux-7.3; do
    echo "$linux"
    boot "$linux" max | tee seen | sed 's/^/    /'
    cmp -s seen "$linux.expected" || { echo "CHANGED: this is no longer as described"; exit 1; }
done
echo "as described"
