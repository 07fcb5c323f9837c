/*
 * A process of a shape that hosts have, which counts each of its accesses by the node of the page: the load of ./bench --lab hosts.
 *
 *   host_load plain MIB NODES        base pages
 *   host_load folios MIB NODES       memory that the kernel makes of folios; hot memory lies in runs of 64 KiB
 *   host_load pool MIB NODES         a pool of huge pages (MAP_HUGETLB); hot memory lies in runs of 2 MiB
 *   host_load views MIB NODES        one memfd, mapped three times; each access is through the next view
 *   host_load pinned MIB NODES       base pages, half of which are buffers of an io_uring, which pins them
 *   host_load forked MIB NODES       base pages; a child of fork reads each of them once, slowly, and then sleeps
 *   host_load ballast MIB NODES      no load: locks all that is free on the nodes but that many MiB
 *
 * NODES are the fast nodes, such as 0,1. HOT= in the environment is the part of memory that is hot, in percent (10); it takes 90 %
 * of the accesses. BUSY= is the part of the time in which it accesses memory, in percent (100). Once a second a line of JSON says what was counted; the first says where the memory is.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096ul
#define VIEWS 3
#define MOST_NODES 16
#define MOST_BLOCKS (1u << 16)
#define MOST_BUFFER (256ul << 20)
#define HOT_TIMES_OF_TEN 9
#define PREFERRED 1 /* MPOL_PREFERRED, linux/mempolicy.h */
#define BATCH 4096u
#define SPELL 0.02 /* seconds of work and rest together */
#define CLOCK_EVERY 256

static char *const base = (char *)0x100000000000ul;
static char *views[VIEWS];
static unsigned count = 1;
static size_t bytes;
static uint32_t pages, run, runs, hot_runs;
static uint32_t *order;             /* runs of pages; the first hot_runs are hot */
static volatile uint32_t *accesses; /* of each page, so far */
static unsigned char *hot;          /* of each page */
static int nodes[MOST_NODES], node_count;
static unsigned char fast_block[MOST_BLOCKS];
static uint64_t block_pages;
static uint64_t state = 88172645463325252ull;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint32_t chance(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(((state >> 32) * below) >> 32);
}

static char *map(char *at, int flags, int file)
{
    char *got = mmap(at, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, file, 0);
    if (got != at)
        die("mmap");
    return got;
}

static void read_nodes(char *text)
{
    for (char *word = strtok(text, ","); word && node_count < MOST_NODES; word = strtok(NULL, ","))
        nodes[node_count++] = atoi(word);
}

static uint64_t number_in(const char *path, const char *format)
{
    char line[256];
    unsigned long value = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        die(path);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, format, &value) == 1)
            break;
    fclose(file);
    return value;
}

/* Memory blocks of the fast nodes (Documentation/ABI/stable/sysfs-devices-node). */
static void read_blocks(void)
{
    block_pages = number_in("/sys/devices/system/memory/block_size_bytes", "%lx") / PAGE;
    for (int i = 0; i < node_count; i++) {
        char path[64];
        struct dirent *entry;
        snprintf(path, sizeof path, "/sys/devices/system/node/node%d", nodes[i]);
        DIR *folder = opendir(path);
        if (!folder)
            die(path);
        while ((entry = readdir(folder))) {
            unsigned block;
            if (sscanf(entry->d_name, "memory%u", &block) == 1 && block < MOST_BLOCKS)
                fast_block[block] = 1;
        }
        closedir(folder);
    }
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

/* As a database writes a snapshot: every page once, no faster than a disk takes it. */
static void snapshot(void)
{
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child) {
        printf("{\"event\":\"child\",\"pid\":%d}\n", child);
        return;
    }

    volatile char sink = 0;
    for (size_t at = 0; at < bytes; at += PAGE) {
        sink += views[0][at];
        if (at / PAGE % 64 == 0)
            usleep(1000);
    }

    for (;;)
        pause();
}

/*
 * Memory that prefers a node. With MPOL_BIND the kernel would kill whoever finds the node full, and not all that is free there is for
 * programs.
 */
static void *map_on(int node, size_t size)
{
    unsigned long mask = 1ul << node;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || syscall(SYS_mbind, at, size, PREFERRED, &mask, 8 * sizeof mask, 0))
        die("mbind");
    return at;
}

/* For what is counted: memory that the load has placed itself, so that it is no part of what anybody manages. */
static void *own(size_t size)
{
    return map_on(nodes[0], (size + PAGE - 1) & ~(PAGE - 1));
}

static void lock_free_memory(size_t leave)
{
    for (int i = 0; i < node_count; i++) {
        char path[64], format[64];
        snprintf(path, sizeof path, "/sys/devices/system/node/node%d/meminfo", nodes[i]);
        snprintf(format, sizeof format, "Node %d MemFree: %%lu", nodes[i]);
        size_t available = number_in(path, format) << 10;
        size_t size = available > leave / (unsigned)node_count ? available - leave / (unsigned)node_count : 0;
        if (size < PAGE)
            continue;
        if (mlock(map_on(nodes[i], size), size))
            die("mlock");
    }

    puts("{\"event\":\"start\"}");
    fflush(stdout);
    for (;;)
        pause();
}

static double since_boot(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Counts go to where the page is at the end of the second; entries are those of Documentation/admin-guide/mm/pagemap.rst. */
static void *report(void *nothing)
{
    int pagemap = open("/proc/self/pagemap", O_RDONLY);
    uint64_t *entries = own(BATCH * sizeof *entries);
    uint32_t *seen = own(pages * sizeof *seen);
    (void)nothing;
    if (pagemap < 0)
        die("pagemap");
    for (;;) {
        uint64_t all = 0, served = 0;
        uint32_t fast = 0, hot_fast = 0, present = 0;
        sleep(1);
        for (uint32_t first = 0; first < pages; first += BATCH) {
            uint32_t some = pages - first < BATCH ? pages - first : BATCH;
            off_t at = (off_t)(((size_t)views[0] / PAGE + first) * sizeof *entries);
            if (pread(pagemap, entries, some * sizeof *entries, at) != (ssize_t)(some * sizeof *entries))
                die("pagemap");
            for (uint32_t i = 0; i < some; i++) {
                uint32_t page = first + i, now = accesses[page];
                uint64_t block = (entries[i] & ((1ull << 55) - 1)) / block_pages;
                int is_present = entries[i] >> 63, is_fast = is_present && block < MOST_BLOCKS && fast_block[block];
                all += now - seen[page];
                served += is_fast ? now - seen[page] : 0;
                seen[page] = now;
                present += is_present;
                fast += is_fast;
                hot_fast += is_fast && hot[page];
            }
        }

        printf("{\"event\":\"report\",\"uptime\":%.2f,\"accesses\":%lu,\"served\":%lu,\"present\":%u,\"fast\":%u,\"hotFast\":%u}\n",
               since_boot(), all, served, present, fast, hot_fast);
        fflush(stdout);
    }

    return NULL;
}

static void prepare(const char *kind)
{
    const char *percent = getenv("HOT");
    run = !strcmp(kind, "folios") ? 16 : !strcmp(kind, "pool") ? 512 : 1;
    pages = (uint32_t)(bytes / PAGE);
    runs = pages / run;
    hot_runs = (uint32_t)((uint64_t)runs * (unsigned)(percent ? atoi(percent) : 10) / 100);
    order = own(runs * sizeof *order);
    accesses = own(pages * sizeof *accesses);
    hot = own(pages);
    state += (uint64_t)getpid() << 20;
    if (hot_runs == 0 || hot_runs == runs) {
        fprintf(stderr, "host_load: %s%% of %u are none or all\n", percent ? percent : "10", runs);
        exit(2);
    }

    for (uint32_t i = 0; i < runs; i++)
        order[i] = i;
    for (uint32_t i = runs - 1; i > 0; i--) {
        uint32_t other = chance(i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }

    for (uint32_t i = 0; i < hot_runs; i++)
        memset(hot + (size_t)order[i] * run, 1, run);
}

int main(int argc, char **argv)
{
    if (argc != 4 || (bytes = strtoul(argv[2], NULL, 10) << 20) == 0) {
        fprintf(stderr, "usage: host_load plain|folios|pool|views|pinned|forked|ballast MIB NODES\n");
        return 2;
    }

    read_nodes(argv[3]);
    if (!strcmp(argv[1], "ballast"))
        lock_free_memory(bytes);
    read_blocks();
    prepare(argv[1]);
    if (!strcmp(argv[1], "views")) {
        int file = memfd_create("heap", 0);
        count = VIEWS;
        if (file < 0 || ftruncate(file, (off_t)bytes))
            die("memfd");
        for (unsigned i = 0; i < count; i++)
            views[i] = map(base + i * bytes, MAP_SHARED, file);
    } else {
        views[0] = map(base, MAP_PRIVATE | MAP_ANONYMOUS | (strcmp(argv[1], "pool") ? 0 : MAP_HUGETLB), -1);
        if (strcmp(argv[1], "pool") && strcmp(argv[1], "folios"))
            madvise(views[0], bytes, MADV_NOHUGEPAGE);
    }

    for (unsigned i = 0; i < count; i++)
        for (size_t at = 0; at < bytes; at += PAGE)
            views[i][at] = (char)(at / PAGE);
    if (!strcmp(argv[1], "pinned"))
        pin_half();
    if (!strcmp(argv[1], "forked"))
        snapshot();
    printf("{\"event\":\"start\",\"pid\":%d,\"uptime\":%.2f,\"pages\":%u,\"hot\":%u}\n", getpid(), since_boot(), pages, hot_runs * run);
    fflush(stdout);

    pthread_t reporter;
    if (pthread_create(&reporter, NULL, report, NULL))
        die("thread");
    volatile char sink = 0;
    const char *percent = getenv("BUSY");
    double busy = percent ? atoi(percent) / 100.0 : 1, began = since_boot();
    for (unsigned turn = 0;; turn++) {
        if (turn % CLOCK_EVERY == 0 && busy < 1 && since_boot() - began >= SPELL * busy) {
            usleep((useconds_t)(SPELL * (1 - busy) * 1e6));
            began = since_boot();
        }

        uint32_t at = chance(10) < HOT_TIMES_OF_TEN ? chance(hot_runs) : hot_runs + chance(runs - hot_runs);
        uint32_t page = order[at] * run + (run > 1 ? chance(run) : 0);
        sink += views[turn % count][(size_t)page * PAGE];
        accesses[page]++;
    }
}
