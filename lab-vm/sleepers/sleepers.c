/* sleepers COUNT KIB: COUNT processes that touch KIB of memory each and then sleep until a signal ends them. Says "asleep" when
 * all of them do. They end with their parent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: sleepers COUNT KIB\n");
        return 2;
    }
    long count = atol(argv[1]);
    size_t bytes = (size_t)atol(argv[2]) << 10;
    int ready[2];
    if (pipe(ready) != 0) {
        perror("sleepers: pipe");
        return 1;
    }
    for (long i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            perror("sleepers: fork");
            return 1;
        }
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            char *memory = malloc(bytes);
            if (memory == NULL || write(ready[1], memset(memory, 1, bytes), 1) != 1)
                _exit(1);
            close(ready[0]);
            close(ready[1]);
            for (;;)
                pause();
        }
    }
    for (long i = 0; i < count; i++) {
        char byte;
        if (read(ready[0], &byte, 1) != 1)
            return 1;
    }
    printf("asleep\n");
    fflush(stdout);
    while (wait(NULL) > 0)
        ;
    return 0;
}
