/*
 * A process of an unusual shape, a hot tenth of which it accesses all the time; ready is written once its memory is filled.
 *
 *   shapes views MIB COUNT   one memfd of that size, mapped COUNT times; each access is through the next of them
 *   shapes pool MIB          a mapping of a pool of huge pages (MAP_HUGETLB)
 *   shapes pinned MIB        a mapping, half of which is registered as fixed buffers of an io_uring, which pins it
 */
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096ul
#define MOST_VIEWS 16
#define MOST_BUFFER (256ul << 20)

static char *views[MOST_VIEWS];
static size_t bytes;
static int count = 1;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static char *map(int flags, int file)
{
    char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
    if (at == MAP_FAILED)
        die("mmap");
    return at;
}

/* Buffers that are registered are pinned for as long as the ring is open (FOLL_LONGTERM, io_uring/rsrc.c). */
static void pin_half(void)
{
    struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
    struct io_uring_params params = { 0 };
    struct iovec buffers[16];
    unsigned used = 0;
    setrlimit(RLIMIT_MEMLOCK, &unlimited);
    for (size_t done = 0; done < bytes / 2; done += buffers[used++].iov_len) {
        buffers[used].iov_base = views[0] + done;
        buffers[used].iov_len = bytes / 2 - done < MOST_BUFFER ? bytes / 2 - done : MOST_BUFFER;
    }

    int ring = (int)syscall(SYS_io_uring_setup, 4, &params);
    if (ring < 0 || syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, buffers, used) < 0)
        die("io_uring");
}

int main(int argc, char **argv)
{
    if (argc < 3 || (bytes = strtoul(argv[2], NULL, 10) << 20) == 0) {
        fprintf(stderr, "usage: shapes views|pool|pinned MIB [COUNT]\n");
        return 2;
    }

    if (!strcmp(argv[1], "views")) {
        int file = memfd_create("heap", 0);
        count = argc > 3 ? atoi(argv[3]) : 3;
        if (file < 0 || count < 1 || count > MOST_VIEWS || ftruncate(file, (off_t)bytes))
            die("memfd");
        for (int i = 0; i < count; i++)
            views[i] = map(MAP_SHARED, file);
    } else {
        views[0] = map(MAP_PRIVATE | MAP_ANONYMOUS | (strcmp(argv[1], "pool") ? 0 : MAP_HUGETLB), -1);
        if (strcmp(argv[1], "pool"))
            madvise(views[0], bytes, MADV_NOHUGEPAGE);
    }

    for (int i = 0; i < count; i++)
        for (size_t at = 0; at < bytes; at += PAGE)
            views[i][at] = (char)(at / PAGE);
    if (!strcmp(argv[1], "pinned"))
        pin_half();
    puts("ready");
    fflush(stdout);

    /* One page in ten, all over, and a little rest so that others run too. */
    volatile char sink = 0;
    for (unsigned long round = 0;; round++) {
        for (size_t at = 0; at < bytes; at += 10 * PAGE)
            sink += views[(at / PAGE + round) % (unsigned)count][at];
        if (round % 16 == 0)
            usleep(1000);
    }
}
