/*
 * forker MAPPINGS SECONDS: for that long, or until SIGTERM, a process that holds the lock of its own memory most of the
 * time, as a database does while it makes a copy of itself to save: fork(2) holds mmap_lock for writing while it copies
 * the mappings (dup_mmap, kernel/fork.c), which takes the longer the more of them there are.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void end_soon(int signal)
{
    (void)signal;
    over = 1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: forker MAPPINGS SECONDS\n");
        return 2;
    }

    size_t bytes = strtoul(argv[1], NULL, 10) << 12;
    time_t end = time(NULL) + atol(argv[2]);
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("forker");
        return 1;
    }

    /* Every second page may not be written: neighbours that differ are not joined. */
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < bytes; at += 4096) {
        memory[at] = 1;
        if (at & 4096 && mprotect(memory + at, 4096, PROT_READ) != 0) {
            perror("forker");
            return 1;
        }
    }
    signal(SIGTERM, end_soon);
    printf("ready\n");
    fflush(stdout);
    long forks = 0;
    while (!over && time(NULL) < end) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child > 0)
            waitpid(child, NULL, 0);
        forks++;
    }

    printf("%ld forks\n", forks);
    return 0;
}
