/*
 * holder FOLDER USER FILE [late]: a process of a user whose memory lock is never given back, as with a file server that
 * has died. It is its own server (FUSE, include/uapi/linux/fuse.h) at FOLDER, which answers everything but writes. A page
 * of its file is mapped, written, and on its way to the server for ever (msync(2)). A thread that writes to the page again
 * waits for that in its page fault (fuse_page_mkwrite), and holds the lock of the mapping; another that changes the
 * mapping waits for that one, and holds the lock of all of the memory (mmap_lock). It begins to
 * when there is a FILE, works on 16 MiB before, and says "ready" when it holds it. With "late" its first thread ends at once, as servers' do whose main
 * function ends by pthread_exit.
 *
 * Killing the server, which it names, frees it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NODE 2
#define PAGE 4096

static char path[256];
static volatile char *page;
static const char *go;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct fuse_attr attributes_of(uint64_t node)
{
    return (struct fuse_attr) {
        .ino = node,
        .size = node == FILE_NODE ? PAGE : 0,
        .mode = node == FILE_NODE ? S_IFREG | 0666 : S_IFDIR | 0777,
        .nlink = 1,
        .blksize = PAGE,
    };
}

static void answer(int fuse, uint64_t unique, int error, const void *body, size_t bytes)
{
    static char message[PAGE + 256];
    struct fuse_out_header head = { .len = sizeof(head) + bytes, .error = -error, .unique = unique };
    memcpy(message, &head, sizeof(head));
    memcpy(message + sizeof(head), body, bytes);
    if (write(fuse, message, head.len) < 0 && errno != ENOENT)
        fail("holder: answer");
}

static void serve(int fuse)
{
    static char request[1 << 18];
    static char zeros[PAGE];
    for (;;) {
        ssize_t got = read(fuse, request, sizeof(request));
        if (got < 0 && (errno == EINTR || errno == ENOENT))
            continue;
        if (got < 0)
            _exit(0);
        struct fuse_in_header *head = (void *)request;
        struct fuse_init_in *init = (void *)(head + 1);
        struct fuse_init_out agreed = {
            .major = FUSE_KERNEL_VERSION,
            .minor = init->minor < FUSE_KERNEL_MINOR_VERSION ? init->minor : FUSE_KERNEL_MINOR_VERSION,
            .max_readahead = PAGE,
            .max_write = PAGE,
        };
        struct fuse_entry_out entry = { .nodeid = FILE_NODE, .attr = attributes_of(FILE_NODE), .attr_valid = 600 };
        struct fuse_attr_out attributes = { .attr = attributes_of(head->nodeid), .attr_valid = 600 };
        struct fuse_open_out opened = { .fh = 1 };
        switch (head->opcode) {
        case FUSE_INIT:
            answer(fuse, head->unique, 0, &agreed, sizeof(agreed));
            break;
        case FUSE_LOOKUP:
            answer(fuse, head->unique, 0, &entry, sizeof(entry));
            break;
        case FUSE_GETATTR:
        case FUSE_SETATTR:
            answer(fuse, head->unique, 0, &attributes, sizeof(attributes));
            break;
        case FUSE_OPEN:
            answer(fuse, head->unique, 0, &opened, sizeof(opened));
            break;
        case FUSE_READ:
            answer(fuse, head->unique, 0, zeros, PAGE);
            break;
        case FUSE_WRITE:
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
            break;
        default:
            answer(fuse, head->unique, ENOSYS, NULL, 0);
        }
    }
}

static void *send_to_the_server(void *unused)
{
    msync((void *)page, PAGE, MS_SYNC);
    return unused;
}

static void *write_again(void *unused)
{
    page[1] = 1;
    return unused;
}

static void *change(void *unused)
{
    mprotect((void *)page, PAGE, PROT_READ);
    return unused;
}

static void *work(void *unused)
{
    size_t bytes = 16 << 20;
    volatile char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        fail("holder: mmap");
    for (size_t part = 0;; part = (part + 1) % 8) {
        for (size_t at = 0; at < bytes / 8; at += PAGE)
            memory[part * (bytes / 8) + at]++;
        usleep(50000);
    }
    return unused;
}

/* Each after the one before has come to where it waits. */
static void *hold(void *unused)
{
    pthread_t thread;
    while (access(go, F_OK) != 0)
        sleep(1);
    void *(*steps[])(void *) = { send_to_the_server, write_again, change };
    for (int i = 0; i < 3; i++) {
        sleep(1);
        if (pthread_create(&thread, NULL, steps[i], NULL) != 0)
            fail("holder: pthread_create");
    }
    sleep(1);
    static const char ready[] = "ready\n";
    if (write(STDOUT_FILENO, ready, sizeof(ready) - 1) < 0)
        fail("holder: write");
    for (;;)
        pause();
    return unused;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: holder FOLDER USER FILE [late]\n");
        return 2;
    }
    go = argv[3];

    char options[128];
    int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fuse < 0)
        fail("holder: /dev/fuse");
    snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fuse);
    if (mount("holder", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0)
        fail("holder: mount");
    pid_t server = fork();
    if (server == 0) {
        prctl(PR_SET_NAME, "holder-server");
        serve(fuse);
    }
    close(fuse);
    printf("server %d\n", (int)server);
    fflush(stdout);
    if (setgid(atoi(argv[2])) != 0 || setuid(atoi(argv[2])) != 0)
        fail("holder: setuid");

    snprintf(path, sizeof(path), "%s/file", argv[1]);
    int file = open(path, O_RDWR);
    if (file < 0)
        fail("holder: open");
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED)
        fail("holder: mmap");
    page[0] = 1;
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL) != 0 || pthread_create(&thread, NULL, hold, NULL) != 0)
        fail("holder: pthread_create");
    if (argc > 4)
        pthread_exit(NULL);
    for (;;)
        pause();
}
