#!/usr/bin/env bash
# On Debian's 7.3.4, DAMON runs from boot, and nobody else can start it: its sysfs says EBUSY, though it lists no kernel thread.
#
# What:      the module damon_stat is built in and on. It has a kernel thread (kdamond), which clears accessed bits of all memory,
#            and it holds DAMON alone: "on" for a context of one's own gives EBUSY while nr_kdamonds says 0.
#            Writing N to its parameter frees DAMON.
# Versions:  Debian's 7.3.4.
# Not so:    on Debian's 6.12.118: no such module, and "on" works at once.
# Matters:   to who runs DAMON or damo on that kernel, or reads accessed bits: something else clears them from boot.
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
#include <dirent.h>

// What write says: 0, or the error's number.
static int put(const char *file, const char *text) {
    int fd = open(file, O_WRONLY), error = 0;
    if (fd < 0 || write(fd, text, strlen(text)) < 0) error = errno;
    if (fd >= 0) close(fd);
    return error;
}

static void show(const char *what, const char *file) {
    char text[64] = "";
    int fd = open(file, O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) < 0) strcpy(text, "absent");
    if (fd >= 0) close(fd);
    text[strcspn(text, "\n")] = 0;
    printf("say: %s: %s\n", what, text);
}

static int threads(void) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int found = 0;
    while ((entry = readdir(proc))) {
        char file[300], name[64] = "";
        snprintf(file, sizeof file, "/proc/%s/comm", entry->d_name);
        int fd = open(file, O_RDONLY);
        if (fd < 0) continue;
        if (read(fd, name, sizeof name - 1) > 0) found += !strncmp(name, "kdamond", 7);
        close(fd);
    }
    closedir(proc);
    return found;
}

#define DAMON "/sys/kernel/mm/damon/admin/kdamonds/"

static int start(void) {
    int error = put(DAMON "nr_kdamonds", "1");
    if (!error) error = put(DAMON "0/contexts/nr_contexts", "1");
    if (!error) error = put(DAMON "0/contexts/0/operations", "vaddr");
    if (!error) error = put(DAMON "0/contexts/0/targets/nr_targets", "1");
    if (!error) error = put(DAMON "0/contexts/0/targets/0/pid_target", "1");
    return error ? error : put(DAMON "0/state", "on");
}

int main(void) {
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    show("damon_stat", "/sys/module/damon_stat/parameters/enabled");
    show("nr_kdamonds", DAMON "nr_kdamonds");
    printf("say: kdamond threads: %d\n", threads());
    printf("say: on: %s\n", strerror(start()));
    if (!put("/sys/module/damon_stat/parameters/enabled", "N")) printf("say: on after N: %s\n", strerror(start()));
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
damon_stat: absent
nr_kdamonds: 0
kdamond threads: 0
on: Success
TEXT
cat >linux-7.3.expected <<'TEXT'
damon_stat: Y
nr_kdamonds: 0
kdamond threads: 1
on: Device or resource busy
on after N: Success
TEXT
for linux in linux-6.12 linux-7.3; do
    echo "$linux"
    boot "$linux" max | tee seen | sed 's/^/    /'
    cmp -s seen "$linux.expected" || { echo "CHANGED: this is no longer as described"; exit 1; }
done
echo "as described"
