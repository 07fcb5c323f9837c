// A virtual machine that knows its memory: one virtual CPU without firmware or kernel, whose program fills all of its memory from 2 MiB on with
// words that follow from their addresses, and then, pass after pass for ever, compares every word with what it wrote in the pass before and
// writes the next one, page by page in an order without a pattern, so that it soon meets whatever holds up a part of its memory. It looks at the
// time-stamp counter after each page of 4 KiB: the longest time for one is the longest pause that whatever moves its memory has made for
// it, in addition to the time that the work takes. The memory is a file of shared memory, so that others can
// say on which node it lies (to the host it is what QEMU is with memory-backend-file,share=on; Documentation/virt/kvm/api.rst).
//
// Usage: checked_guest FILE MEBIBYTES
// MEBIBYTES is a power of two. It makes the file, prints "ready" when memory is filled, then a line for each pass:
//   pass NUMBER longest-us MICROSECONDS guest-us MICROSECONDS wall-us MICROSECONDS slow-1ms PAGES slow-4ms PAGES slow-16ms PAGES
// with the longest time for a page, or before the first one, the time of the whole pass by the guest's clock and by the host's, and how many pages took at least
// so long. When a word is not what was written it says "lost" with the address and exits with 1.
#define _GNU_SOURCE
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "vcpu.h"

enum { CODE = 0x1000, STATE = 0x2000, PASS_DONE = 0x10, WORD_LOST = 0x11 };

// What the guest keeps at STATE. Times are the counter divided by 256, so that they fit into 32 bits.
struct state {
    uint32_t last;    // 0x2000: the end of the last page
    uint32_t longest; // 0x2004: the longest time for a page
    uint32_t begin;   // 0x2008: the start of the pass
    uint32_t slow[3]; // 0x200c: pages that took at least so long as in limit
    uint32_t limit[3]; // 0x2018
};

// 32-bit code. ebx: the end of memory, a power of two; esi: how many passes were made; ebp: how many pages of this one; edi: the word.
asm(".pushsection .rodata\n"
    ".code32\n"
    "guest_begin:\n"
    "       movl $0x200000, %edi\n"
    "fill:  leal (%edi,%esi), %eax\n"
    "       movl %eax, (%edi)\n"
    "       addl $4, %edi\n"
    "       cmpl %ebx, %edi\n"
    "       jb fill\n"
    "pass:  outb %al, $0x10\n"
    "       rdtsc\n"
    "       shrdl $8, %edx, %eax\n"
    "       movl %eax, 0x2000\n"
    "       movl %eax, 0x2008\n"
    "       xorl %ebp, %ebp\n"
    "page:  imull $0x9e3779b1, %ebp, %edi\n"
    "       shll $12, %edi\n"
    "       leal -1(%ebx), %eax\n"
    "       andl %eax, %edi\n"
    "       cmpl $0x200000, %edi\n"
    "       jb next\n"
    "       movl $1024, %ecx\n"
    "word:  leal (%edi,%esi), %eax\n"
    "       cmpl %eax, (%edi)\n"
    "       jne lost\n"
    "       incl %eax\n"
    "       movl %eax, (%edi)\n"
    "       addl $4, %edi\n"
    "       decl %ecx\n"
    "       jnz word\n"
    "       rdtsc\n"
    "       shrdl $8, %edx, %eax\n"
    "       movl %eax, %ecx\n"
    "       subl 0x2000, %ecx\n"
    "       movl %eax, 0x2000\n"
    "       cmpl 0x2018, %ecx\n"
    "       jb next\n"
    "       incl 0x200c\n"
    "       cmpl 0x201c, %ecx\n"
    "       jb most\n"
    "       incl 0x2010\n"
    "       cmpl 0x2020, %ecx\n"
    "       jb most\n"
    "       incl 0x2014\n"
    "most:  cmpl 0x2004, %ecx\n"
    "       jbe next\n"
    "       movl %ecx, 0x2004\n"
    "next:  incl %ebp\n"
    "       movl %ebx, %eax\n"
    "       shrl $12, %eax\n"
    "       cmpl %eax, %ebp\n"
    "       jb page\n"
    "       incl %esi\n"
    "       jmp pass\n"
    "lost:  outb %al, $0x11\n"
    "       hlt\n"
    "guest_end:\n"
    ".code64\n"
    ".popsection\n");
extern const uint8_t guest_begin[], guest_end[];

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

// Units of 256 ticks in a microsecond.
static double units_per_microsecond(void) {
    double begin = microseconds();
    uint64_t ticks = __rdtsc();
    usleep(200000);
    double passed = microseconds() - begin;
    return (__rdtsc() - ticks) / 256.0 / passed;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: checked_guest FILE MEBIBYTES\n");
        return 2;
    }

    uint64_t bytes = strtoull(argv[2], NULL, 10) << 20;
    if (bytes < 4 << 20 || (bytes & (bytes - 1)) || bytes > 1u << 30) {
        fprintf(stderr, "checked_guest: MEBIBYTES is 4, 8, 16, ... or 1024\n");
        return 2;
    }
    int file = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, bytes) < 0)
        fail(argv[1]);
    uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    memcpy(memory + CODE, guest_begin, guest_end - guest_begin);
    volatile struct state *state = (volatile struct state *)(memory + STATE);

    struct kvm_regs regs = {.rip = CODE, .rflags = 2, .rbx = bytes};
    struct kvm_run *run;
    int cpu = make_vcpu(memory, bytes, regs, &run);
    double unit = units_per_microsecond();
    for (int i = 0; i < 3; i++)
        state->limit[i] = unit * (1000 << 2 * i);
    double begin = 0;
    for (long pass = 0;; pass++) {
        if (ioctl(cpu, KVM_RUN, 0) < 0)
            fail("KVM_RUN");
        if (run->exit_reason != KVM_EXIT_IO || run->io.port != PASS_DONE) {
            ioctl(cpu, KVM_GET_REGS, &regs);
            if (run->exit_reason == KVM_EXIT_IO && run->io.port == WORD_LOST)
                fprintf(stderr, "lost: at %llx, after %ld passes\n", (unsigned long long)regs.rdi, pass - 1);
            else
                fprintf(stderr, "checked_guest: the virtual CPU stopped: exit reason %u at %llx\n", run->exit_reason, (unsigned long long)regs.rip);
            return 1;
        }

        double now = microseconds();
        if (pass == 0)
            printf("ready\n");
        else {
            // Before the guest first looks at its clock it may wait too, for the page of its program.
            double guest = (state->last - state->begin) / unit, wall = now - begin, longest = state->longest / unit;
            printf("pass %ld longest-us %.0f guest-us %.0f wall-us %.0f slow-1ms %u slow-4ms %u slow-16ms %u\n", pass,
                   wall - guest > longest ? wall - guest : longest, guest, wall, state->slow[0], state->slow[1], state->slow[2]);
        }
        fflush(stdout);
        state->longest = state->slow[0] = state->slow[1] = state->slow[2] = 0;
        begin = microseconds();
    }
}
