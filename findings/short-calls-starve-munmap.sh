#!/usr/bin/env bash
# Short madvise calls in a row keep munmap waiting for dozens of them: it gets the lock after two ticks, not when one call is over.
#
# What:      a thread gives MADV_COLD for 1 MiB at a time, over and over, 0.2 ms each; it holds the mmap lock for reading and lets it
#            go after each. Another thread's munmap of one page waits for 30 to 50 of these calls, 8 ms with a tick of 4 ms, nearly
#            every time: the next call takes the lock again before the one that waits has been woken.
# Versions:  Debian's 6.12.118 and 7.3.4 (250 ticks a second), on two processors.
# Not so:    with a pause of 0.1 ms between the calls: it waits for one of them, and the calls take no longer.
# Matters:   to who makes a long call in pieces so that a process is not held up: process_madvise over a large process, or any loop
#            of calls that only read the address space. Without pauses pieces stall mmap and munmap for much longer than one takes.
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
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

enum { piece = 1 << 20, pieces = 32, tries = 200 };

static char *area;
static atomic_long made;
static atomic_int ends;
static double pause_ms;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void *advise(void *unused) {
    for (long i = 0; !ends; i++) {
        madvise(area + (size_t)(i % pieces) * piece, piece, MADV_COLD);
        made++;
        for (double until = now() + pause_ms; pause_ms > 0 && now() < until;) continue;
    }
    return unused;
}

static int compare(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

// Of many calls of munmap, how many of the others ended while it was made: half of them saw at least as many.
static void try(const char *what, double pause) {
    static long waited[tries];
    pthread_t thread;
    pause_ms = pause;
    ends = 0;
    made = 0;
    pthread_create(&thread, NULL, advise, NULL);
    while (made < 10) continue;
    for (int i = 0; i < tries; i++) {
        char *one = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *one = 1;
        long before = made;
        munmap(one, 4096);
        waited[i] = made - before;
        usleep(1000);
    }
    ends = 1;
    pthread_join(thread, NULL);
    qsort(waited, tries, sizeof *waited, compare);
    long median = waited[tries / 2];
    fprintf(stderr, "say: note: %s: %ld\n", what, median);
    printf("say: %s: munmap waits for %s\n", what, median >= 10 ? "many of them" : median <= 2 ? "two of them at most" : "some of them");
}

int main(void) {
    area = mmap(NULL, (size_t)pieces * piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(area, (size_t)pieces * piece, MADV_NOHUGEPAGE);
    memset(area, 1, (size_t)pieces * piece);
    try("one call after the other", 0);
    try("0.1 ms between them", 0.1);
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
cat >expected <<'TEXT'
one call after the other: munmap waits for many of them
0.1 ms between them: munmap waits for two of them at most
TEXT
for linux in linux-6.12 linux-7.3; do
    echo "$linux"
    boot "$linux" | sed 's/^/    /' | tee all
    sed -n 's/^ *//; /^note: /!p' all >seen
    cmp -s seen expected || { echo "CHANGED: this is no longer as described"; exit 1; }
done
echo "as described"
