/*
 * strangers PROCESSES MAPPINGS CONNECTIONS SOCKET SECONDS: what one user can have at a time to cost a daemon its time:
 * processes with command lines of 1 MiB, two processes ("mapper") with this many mappings together, and connections to a
 * socket that are made again whenever they are closed. Children share their parent's command line, until they write to
 * it, so that thousands cost the host little. Says "there" when all of it is, and then how often it connected.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* One argument has at most 128 KiB, all together a quarter of the stack's limit (execve(2)). */
#define WORDS 9
#define WORD_BYTES (116 << 10)
#define MAPPERS 2

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

static void map(long count, int ready)
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
    if (write(ready, "r", 1) != 1)
        _exit(1);
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
        usleep(10000);
    }
    return made;
}

int main(int argc, char **argv)
{
    if (argc == 6)
        with_long_arguments(argv);
    if (argc != 6 + WORDS) {
        fprintf(stderr, "usage: strangers PROCESSES MAPPINGS CONNECTIONS SOCKET SECONDS\n");
        return 2;
    }

    prctl(PR_SET_NAME, "strangers");
    long processes = atol(argv[1]);
    int ready[2];
    if (pipe(ready) != 0) {
        perror("strangers: pipe");
        return 1;
    }
    for (int i = 0; i < MAPPERS; i++) {
        if (child() == 0)
            map(atol(argv[2]) / MAPPERS, ready[1]);
    }
    for (int i = 0; i < MAPPERS; i++) {
        char byte;
        if (read(ready[0], &byte, 1) != 1)
            return 1;
    }
    for (long i = 0; i < processes; i++) {
        if (child() == 0) {
            for (;;)
                pause();
        }
    }
    printf("there\n");
    fflush(stdout);
    long made = connect_again(atol(argv[3]), argv[4], time(NULL) + atol(argv[5]));
    printf("%ld connections\n", made);
    fflush(stdout);
    return 0;
}
