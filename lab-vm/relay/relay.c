/*
 * relay MIB MAIN FIRST: a process whose threads hand over to one another, as servers do whose main function ends by
 * pthread_exit. Two threads touch its memory, a tenth of it most of the time; the main thread ends after MAIN seconds,
 * the first of the two after FIRST (0: never). All of it is touched once before anything is said.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile char *memory;
static size_t bytes;

static void *work(void *seconds)
{
    time_t end = seconds ? time(NULL) + *(long *)seconds : 0;
    size_t all = 0;
    while (end == 0 || time(NULL) < end) {
        for (size_t at = 0; at < bytes / 10; at += 4096)
            memory[at]++;

        /* The rest, a page at a time: all of it in some minutes. */
        memory[all = (all + 4096) % bytes]++;
        struct timespec pause = { .tv_nsec = 5000000 };
        nanosleep(&pause, NULL);
    }

    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: relay MIB MAIN FIRST\n");
        return 2;
    }

    bytes = strtoul(argv[1], NULL, 10) << 20;
    static long first;
    unsigned left = atoi(argv[2]);
    first = atol(argv[3]);
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("relay");
        return 1;
    }

    madvise((void *)memory, bytes, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < bytes; at += 4096)
        memory[at] = 1;

    pthread_t one, other;
    if (pthread_create(&one, NULL, work, first ? &first : NULL) != 0 || pthread_create(&other, NULL, work, NULL) != 0) {
        fprintf(stderr, "relay: no thread\n");
        return 1;
    }

    printf("ready\n");
    fflush(stdout);
    while (left > 0)
        left = sleep(left);

    pthread_exit(NULL);
}
