/*
 * A process of an unusual shape, a hot tenth of which it accesses all the time; ready is written once its memory is filled.
 *
 *   shapes views MIB COUNT   one memfd of that size, mapped COUNT times; each access is through the next of them
 *   shapes pool MIB          a mapping of a pool of huge pages (MAP_HUGETLB)
 *   shapes pinned MIB        a mapping, half of which is registered as fixed buffers of an io_uring, which pins it
 *   shapes forks MIB [NODE]  a mapping, first touched on that node; each SIGUSR2 forks a child that sleeps
 *   shapes folios MIB KIB... a mapping in parts, each of folios of one of these sizes, which it switches on for itself alone (root);
 *                            the first tenth of each part is hot; each SIGUSR2 forks a child that sleeps
 *   shapes merged MIB [idle] pages each unlike the others, which KSM may merge with those of another such process; an idle one sleeps
 *   shapes crowd MIB COUNT   one memfd of that size that COUNT processes have mapped and read whole, and sleep
 *
 * SIGUSR1: says how many of the hot pages are on which node.
 */
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul
#define MOST_VIEWS 16
#define MOST_NODES 16
#define MOST_BUFFER (256ul << 20)

static char *views[MOST_VIEWS];
static size_t bytes;
static int count = 1;

/* Hot pages: each tenth of all, or the first tenth of each part. */
static size_t stride = 10 * PAGE, part;
static volatile sig_atomic_t asked, forks;

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

/* The hot page after one. */
static size_t after(size_t at)
{
    at += stride;
    return part && at % part >= part / 10 ? (at / part + 1) * part : at;
}

/* Fills a part of the memory while folios of one size are all that the kernel gives. */
static void fill_with_folios(size_t from, long kib)
{
    static const char *sizes[] = { "16", "32", "64", "128", "256", "512", "1024", "2048" };
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char path[96];
        snprintf(path, sizeof(path), "/sys/kernel/mm/transparent_hugepage/hugepages-%skB/enabled", sizes[i]);
        FILE *file = fopen(path, "w");
        if (!file || fputs(atol(sizes[i]) == kib ? "always" : "never", file) < 0 || fclose(file))
            die(path);
    }
    for (size_t at = from; at < from + part; at += PAGE)
        *(size_t *)(views[0] + at) = at / PAGE;
}

static void heard(int number)
{
    if (number == SIGUSR1)
        asked = 1;
    else
        forks++;
}

static void sleep_for_good(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

/* Where each hot page is: move_pages(2) without nodes only tells. */
static void say_where(void)
{
    static void *pages[1024];
    static int nodes[1024];
    long on[MOST_NODES] = { 0 };
    for (size_t at = 0; at < bytes;) {
        unsigned long some = 0;
        for (; at < bytes && some < 1024; at = after(at))
            pages[some++] = views[0] + at;
        if (syscall(SYS_move_pages, 0, some, pages, NULL, nodes, 0))
            die("move_pages");
        while (some-- > 0)
            if (nodes[some] >= 0 && nodes[some] < MOST_NODES)
                on[nodes[some]]++;
    }
    printf("hot");
    for (int node = 0; node < MOST_NODES; node++)
        printf(" %ld", on[node]);
    printf("\n");
    fflush(stdout);
}

/* Processes that read all of one file through a mapping of their own. */
static int crowd(int file)
{
    int ready[2];
    char byte = 0;
    if (pipe(ready))
        die("pipe");
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child < 0)
            die("fork");
        if (child == 0) {
            char *own = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
            if (own == MAP_FAILED || write(ready[1], &byte, 1) != 1)
                _exit(1);
            sleep_for_good();
        }
    }

    close(ready[1]);
    for (int i = 0; i < count; i++)
        if (read(ready[0], &byte, 1) != 1)
            die("a child");
    puts("ready");
    fflush(stdout);
    while (wait(NULL) > 0)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3 || (bytes = strtoul(argv[2], NULL, 10) << 20) == 0) {
        fprintf(stderr, "usage: shapes views|pool|pinned|forks|folios|merged|crowd MIB [COUNT]\n");
        return 2;
    }

    signal(SIGUSR1, heard);
    signal(SIGUSR2, heard);
    if (!strcmp(argv[1], "crowd")) {
        int file = memfd_create("segment", 0);
        count = argc > 3 ? atoi(argv[3]) : 200;
        if (file < 0 || ftruncate(file, (off_t)bytes) || count < 1)
            die("memfd");
        return crowd(file);
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
        if (strcmp(argv[1], "pool") && strcmp(argv[1], "folios"))
            madvise(views[0], bytes, MADV_NOHUGEPAGE);
    }

    if (!strcmp(argv[1], "folios") && argc > 3) {
        /* In whole huge pages, so that no folio is in two parts. */
        stride = PAGE;
        part = (bytes / (unsigned)(argc - 3)) & ~((2ul << 20) - 1);
        bytes = part * (unsigned)(argc - 3);
        for (int i = 3; i < argc; i++)
            fill_with_folios(part * (unsigned)(i - 3), atol(argv[i]));
    }

    /* MPOL_BIND of this thread (linux/mempolicy.h), only while the pages come: a policy would be a choice of the process's own. */
    unsigned long only = argc > 3 && !strcmp(argv[1], "forks") ? 1ul << atoi(argv[3]) : 0;
    if (only && syscall(SYS_set_mempolicy, 2, &only, 8 * sizeof(only)))
        die("set_mempolicy");
    for (int i = 0; i < count; i++)
        for (size_t at = 0; at < bytes; at += PAGE)
            *(size_t *)(views[i] + at) = at / PAGE;
    if (only && syscall(SYS_set_mempolicy, 0, NULL, 0ul))
        die("set_mempolicy");
    if (!strcmp(argv[1], "pinned"))
        pin_half();
    if (!strcmp(argv[1], "merged") && madvise(views[0], bytes, MADV_MERGEABLE))
        die("madvise");
    puts("ready");
    fflush(stdout);
    while (!strcmp(argv[1], "merged") && argc > 3)
        pause();

    /* One page in ten, all over, and a little rest so that others run too. */
    volatile char sink = 0;
    for (unsigned long round = 0;; round++) {
        for (size_t at = 0; at < bytes; at = after(at))
            sink += views[(at / PAGE + round) % (unsigned)count][at];
        if (round % 16 == 0)
            usleep(1000);
        if (asked) {
            asked = 0;
            say_where();
        }
        for (; forks > 0; forks--)
            if (fork() == 0)
                sleep_for_good();
    }
}
