/*
 * strangers PROCESSES MAPPINGS CONNECTIONS SOCKET SECONDS: what one user can have at a time to cost a daemon its time:
 * processes with command lines of 1 MiB, two processes ("mapper") with this many mappings together, and connections to a
 * socket that are made again whenever they are closed. Children share their parent's command line, until they write to
 * it, so that thousands cost the host little. Says "there" when the processes are, before it maps and connects, and at its
 * end how often it connected, and how many thousandths of a CPU that took.
 *
 * strangers THREADS THOUSANDTHS SECONDS: the control. One process takes as much of a CPU in the same rhythm, with as many
 * threads that sleep, and touches nothing that the daemon does or looks at. Says "there" and what it took likewise.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One argument has at most 128 KiB, all together a quarter of the stack's limit (execve(2)). */
#define WORDS 9
#define WORD_BYTES (116 << 10)
#define MAPPERS 2

/* Between two rounds of work, microseconds. */
#define PAUSE 10000

static void with_long_arguments(char **argv)
{
    char *word = malloc(WORD_BYTES + 1);
    char *longer[6 + WORDS + 1];
    memset(word, 'x', WORD_BYTES);
    word[WORD_BYTES] = 0;
    for (int i = 0; i < 6; i++)
        longer[i] = argv[i];
    for (int i = 0; i < WORDS; i++)
        longer[6 + i] = word;
    longer[6 + WORDS] = NULL;
    execv("/proc/self/exe", longer);
    perror("strangers: execv");
    exit(1);
}

static pid_t child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return 0;
    }
    if (pid < 0) {
        perror("strangers: fork");
        exit(1);
    }
    return pid;
}

static void map(long count)
{
    size_t bytes = (size_t)count << 12;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_NAME, "mapper");
    if (memory == MAP_FAILED)
        _exit(1);

    /* Every second page may not be written: neighbours that differ are not joined. */
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < bytes; at += 8192) {
        memory[at] = 1;
        if (mprotect(memory + at, 4096, PROT_READ) != 0)
            _exit(1);
    }
    for (;;)
        pause();
}

static long connect_again(long count, const char *path, time_t end)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int *sockets = malloc(sizeof(int) * count);
    long made = 0;
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    for (long i = 0; i < count; i++)
        sockets[i] = -1;
    while (time(NULL) < end) {
        for (long i = 0; i < count; i++) {
            char byte;
            if (sockets[i] >= 0 && recv(sockets[i], &byte, 1, MSG_DONTWAIT) != 0)
                continue;
            if (sockets[i] >= 0)
                close(sockets[i]);
            sockets[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
            if (sockets[i] >= 0 && connect(sockets[i], (struct sockaddr *)&address, sizeof(address)) == 0) {
                made += send(sockets[i], "{\"command\":\"status\"}\n", 21, MSG_NOSIGNAL) == 21;
            } else if (sockets[i] >= 0) {
                close(sockets[i]);
                sockets[i] = -1;
            }
        }
        usleep(PAUSE);
    }
    return made;
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void *sleeping(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static int control(long threads, double share, long seconds)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
    pthread_attr_setguardsize(&small, 0);
    for (long i = 0; i < threads; i++) {
        pthread_t thread;
        int error = pthread_create(&thread, &small, sleeping, NULL);
        if (error != 0) {
            fprintf(stderr, "strangers: thread %ld: %s\n", i, strerror(error));
            return 1;
        }
    }
    printf("there\n");
    fflush(stdout);
    double begun = seconds_of(CLOCK_MONOTONIC), now = begun;
    double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID), used = before;
    while (now < begun + seconds) {
        /* Calls, as the other does. */
        for (int i = 0; i < 100; i++)
            getppid();
        now = seconds_of(CLOCK_MONOTONIC);
        used = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        if (used - before >= share * (now - begun))
            usleep(PAUSE);
    }
    printf("%.0f thousandths\n", (used - before) * 1000 / (now - begun));
    return 0;
}

/* Its own children end before it does, so that the next one finds as many numbers free. */
static void end_children(void)
{
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
}

int main(int argc, char **argv)
{
    if (argc == 4)
        return control(atol(argv[1]), atol(argv[2]) / 1000.0, atol(argv[3]));
    if (argc == 6)
        with_long_arguments(argv);
    if (argc != 6 + WORDS) {
        fprintf(stderr, "usage: strangers PROCESSES MAPPINGS CONNECTIONS SOCKET SECONDS\n"
                        "       strangers THREADS THOUSANDTHS SECONDS\n");
        return 2;
    }

    setpgid(0, 0);
    prctl(PR_SET_NAME, "strangers");
    long processes = atol(argv[1]);
    for (long i = 0; i < processes; i++) {
        if (child() == 0) {
            for (;;)
                pause();
        }
    }
    printf("there\n");
    fflush(stdout);
    for (int i = 0; i < MAPPERS; i++) {
        if (child() == 0)
            map(atol(argv[2]) / MAPPERS);
    }
    double begun = seconds_of(CLOCK_MONOTONIC);
    double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    long made = connect_again(atol(argv[3]), argv[4], time(NULL) + atol(argv[5]));
    double share = (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before) / (seconds_of(CLOCK_MONOTONIC) - begun);
    end_children();
    printf("%ld connections\n%.0f thousandths\n", made, share * 1000);
    fflush(stdout);
    return 0;
}
