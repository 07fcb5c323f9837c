/*
 * Runs before everything else of the native program: where standard input, output or error is closed, something that cannot be used is put in its place.
 * Otherwise the next file that the program opens would get that number, and be read or written in its stead.
 */
#include <fcntl.h>
#include <unistd.h>

static void fill_descriptors(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    (void)envp;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* Open for the other direction, so that using it is an error (EBADF) and not a loss. open(2) takes the lowest free number. */
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return;
    }
}

/* Before the constructors of all libraries (System V ABI, 5.3.1 "Initialization and Termination Functions"). */
__attribute__((section(".preinit_array"), used)) static void (*const fill)(int, char **, char **) = fill_descriptors;
