#!/usr/bin/env bash
# Newer kernels: MADV_COLD says that it did all, and passes over pages that another processor has just faulted in.
#
# What:      a thread on one processor writes to 8 new pages, then another thread, on another processor, gives MADV_COLD for them. The
#            call returns 0, and all 8 are still referenced, as /proc/PID/smaps says. Pages wait in a list of the processor that
#            faulted them in until it is full, and the call leaves alone what is not on the LRU yet; it empties its own
#            processor's list only.
# Versions:  Debian's 7.3.4, on two processors; the same seen on a 6.18 outside of a machine like this.
# Not so:    on Debian's 6.12.118; where both are on one processor; or when the first has faulted in 64 more pages in between.
# Matters:   to who clears accessed bits of another process with process_madvise: up to some dozens of pages for each processor look
#            accessed in the next look though nobody accessed them, and no error or short count tells.
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

# boot NAME: runs the program as the first and only process of a machine with two processors; prints what it says.
boot() {
    timeout 300 qemu-system-x86_64 -nodefaults -no-reboot -display none -machine q35 -accel tcg -cpu max -smp 2 -m 512M \
        -kernel "$1" -initrd initrd -append "console=ttyS0 quiet panic=-1 no_timer_check" -serial stdio 2>qemu.log |
        tr -d '\r' | sed -n 's/^say: //p'
}

cat >init.c <<'TEXT'
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

enum { page = 4096, pages = 8, more = 64 };

struct job {
    int processor;
    int then_more;
    char *area;
    char *other;
};

static void stay_on(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static char *map(int count) {
    static uintptr_t at = 0x100000000000;
    char *area = mmap((void *)at, (size_t)count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    madvise(area, (size_t)count * page, MADV_NOHUGEPAGE);
    at += 0x10000000;
    return area;
}

static void *write_to(void *argument) {
    struct job *job = argument;
    stay_on(job->processor);
    for (int i = 0; i < pages; i++) job->area[i * page] = 1;
    for (int i = 0; i < more && job->then_more; i++) job->other[i * page] = 1;
    return NULL;
}

static long referenced_pages(char *area) {
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    unsigned long from, to;
    long kilobytes = -1;
    int inside = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx", &from, &to) == 2)
            inside = from == (uintptr_t)area;
        else if (inside && sscanf(line, "Referenced: %ld", &kilobytes) == 1)
            break;
    }
    if (maps) fclose(maps);
    return kilobytes < 0 ? -1 : kilobytes / 4;
}

static void try(const char *what, int processor, int then_more) {
    struct job job = { processor, then_more, map(pages), map(more) };
    pthread_t thread;
    stay_on(0);
    pthread_create(&thread, NULL, write_to, &job);
    pthread_join(thread, NULL);
    long before = referenced_pages(job.area);
    int result = madvise(job.area, pages * page, MADV_COLD);
    printf("say: %s: MADV_COLD returns %d; referenced are %ld before and %ld after\n", what, result, before, referenced_pages(job.area));
}

int main(void) {
    mount("proc", "/proc", "proc", 0, NULL);
    try("written to on the same processor", 0, 0);
    try("written to on the other", 1, 0);
    try("written to on the other, and 64 more pages after them", 1, 1);
    fflush(stdout);
    reboot(RB_POWER_OFF);
}
TEXT
mkdir -p root/proc root/dev
gcc -O1 -Wall -static -pthread -o root/init init.c
(cd root && find . | busybox cpio -o -H newc 2>/dev/null) | gzip >initrd

kernel linux-6.12 07f23ba1de88377d700e1e2f5b2ee495ff89b0d0bb73fdbd3eac8f6b27609b9a \
    debian-security/pool/updates/main/l/linux-signed-amd64/linux-image-6.12.118+deb13-cloud-amd64_6.12.118-1_amd64.deb
kernel linux-7.3 c4fbc8e404958693b28825474c20742d70594d65ca58aea7be6a279c81eb6fa0 \
    debian/pool/main/l/linux-signed-amd64/linux-binary-7.3.4+deb13-cloud-amd64_7.3.4-1~bpo13+1_amd64.deb
cat >expected-linux-7.3 <<'TEXT'
written to on the same processor: MADV_COLD returns 0; referenced are 8 before and 0 after
written to on the other: MADV_COLD returns 0; referenced are 8 before and 8 after
written to on the other, and 64 more pages after them: MADV_COLD returns 0; referenced are 8 before and 0 after
TEXT
sed 's/8 after$/0 after/' expected-linux-7.3 >expected-linux-6.12
for linux in linux-6.12 linux-7.3; do
    echo "$linux"
    boot "$linux" | sed 's/^/    /' | tee all
    sed 's/^ *//' all >seen
    cmp -s seen "expected-$linux" || { echo "CHANGED: this is no longer as described"; exit 1; }
done
echo "as described"
